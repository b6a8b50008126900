"""What a finding's row says beside the sealed facts, what may be asked of it, and the figures."""
