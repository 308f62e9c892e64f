"""The facts: units, form, findings. It imports no other package of ours."""
