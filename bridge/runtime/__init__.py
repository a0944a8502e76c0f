"""Models at run time: cards, the registry, and the only onnxruntime."""
