"""The product in real containers, as `compose.yaml` describes it: `make containers-check`. Nothing but Python and Docker is needed."""
