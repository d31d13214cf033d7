"""What a journal tells: transcript, metrics, subtitles, event log, and the call replayed. Pure."""
