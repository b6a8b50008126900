"""Who can do what: the registers of one hour as a graph, read along published rules."""
