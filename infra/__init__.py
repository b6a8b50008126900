"""The CDK stack: `app.py` synthesizes what is described here."""
