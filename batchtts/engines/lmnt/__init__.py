"""The engine `lmnt`: LMNT's speech service, or whatever speaks its protocol."""
