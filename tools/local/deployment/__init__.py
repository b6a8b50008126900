"""From the template to a stage that answers on loopback."""
