"""The services under load over HTTP: what a flow takes in time, processor, memory and writes to disk."""
