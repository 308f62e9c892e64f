"""Files that are encrypted, and open without a question all the same."""

import io
from typing import Final

# What Excel encrypts with where only the structure of a workbook is protected, and opens by itself (MS-OFFCRYPTO
# 2.2.2, MS-XLS 2.2.10).
DEFAULT_PASSWORD: Final = "VelvetSweatshop"


def opens_by_itself(data: bytes) -> bytes | None:
    """Return what an encrypted OLE2 file holds, or None where it asks for a password.

    Args:
        data: the whole file.
    """
    import msoffcrypto

    decrypted = io.BytesIO()
    try:
        document = msoffcrypto.OfficeFile(io.BytesIO(data))
        document.load_key(password=DEFAULT_PASSWORD)
        document.decrypt(decrypted)
    except MemoryError:
        raise
    except Exception:  # whatever another password, or a damaged file, leads the library to
        return None
    return decrypted.getvalue()
