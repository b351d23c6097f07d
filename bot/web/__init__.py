"""What others may ask us over HTTP. Listens on loopback unless the operator says otherwise."""
