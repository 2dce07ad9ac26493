"""The sections of a briefing on several classes, one module each; `expectkit.briefing.class_document` finds them."""
