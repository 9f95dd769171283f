"""Sessions over WebSocket: text comes in as it is written, speech goes out while the text is still coming."""
