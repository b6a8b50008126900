"""The audit log, read by windows of time: what is fresh first, then what was read before."""
