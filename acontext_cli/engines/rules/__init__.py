"""The offline engine's rules, a judgement a module. English first."""
