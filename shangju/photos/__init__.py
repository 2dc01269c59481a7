"""Pictures: decoded, re-encoded, stripped, and shown only to who may see them."""
