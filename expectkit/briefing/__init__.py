"""WORDS: values become statements, in the reader's vocabulary. Pure: values in, values out.

``vocabulary`` holds the business's nouns and the grammar they need, ``wording`` is the only place where a number
becomes text, ``statements`` puts the two together, ``instead`` and ``glossary`` explain. The package knows no HTML
and no charting library: ``document`` and ``charts`` say what a page holds, ``render`` draws it.
"""
