"""SQL over the evidence: views of a pack or of the evidence bucket, and questions to ask."""
