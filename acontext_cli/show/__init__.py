"""How things look: values in, text on the screen out. Commands print nothing but through here."""
