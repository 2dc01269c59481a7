"""The public board 公示栏: what became of concerns, in words that staff checked."""
