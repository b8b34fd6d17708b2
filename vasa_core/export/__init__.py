"""What a rendered or animated face is written to: video, picture sequences, contact sheets, animation curves."""
