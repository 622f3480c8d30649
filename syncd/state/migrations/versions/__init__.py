"""One module per migration; each is frozen once it has been released."""
