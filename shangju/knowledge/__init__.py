"""Questions that are asked again and again, with answers that were looked through and released."""
