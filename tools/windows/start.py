# -*- coding: ascii -*-
"""Lets the Python that runs this install stattable, if there are wheels for it; any Python, however old, can tell."""

import os
import sys

DOES_NOT_FIT = 9  # an exit code


def fits():  # type: ignore[no-untyped-def]  # older ones know no types
    """Whether this is a Python of Windows for x64, of a version that wheels are there for."""
    if not (3, 11) <= sys.version_info[:2] <= (3, 13):
        return False
    import sysconfig

    return sysconfig.get_platform() == "win-amd64" and not sysconfig.get_config_var("Py_GIL_DISABLED")


if __name__ == "__main__":
    if not fits():  # type: ignore[no-untyped-call]
        sys.exit(DOES_NOT_FIT)
    import runpy

    runpy.run_path(os.path.join(os.path.dirname(os.path.abspath(__file__)), "install.py"), run_name="__main__")
