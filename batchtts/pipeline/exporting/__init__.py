"""What a job is exported to: always from the ledger and the files beside it, never with a request."""
