"""Performance capture: a recorded actor's face becomes the motion that drives a portrait (VASA-1's motion transfer)."""
