"""What operators and machines ask of this process over HTTP."""
