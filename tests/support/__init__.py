"""What tests of several folders build their worlds from."""
