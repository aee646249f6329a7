"""What a generator is asked and what it is shown: seeds and labels, and the pictures to draw."""

from daylight.core.types import Node, Processing, Schema


def drawing_processing(schema: Schema, *, height: int, width: int, latent: int) -> Processing:
    """Prompts to what is drawn from, pictures to what is drawn.

    The prepared columns are ``noise``, float32 ``(rows, latent)``, and, where the prompt has a
    label, ``classes``, float32 ``(rows, labels)``, one 1 per row. The target is ``pixels``, uint8
    ``(rows, height, width, channels)``, gray if all pictures are.
    """
    fields = schema["examples"]
    [seed] = [field.name for field in fields if field.role == "input" and field.type == "seed"]
    labels = [field.name for field in fields if field.role == "input" and field.type == "category"]
    [picture] = [field for field in fields if field.role == "target"]
    noise = Node(
        operation="noise", inputs=(seed,), outputs=("noise",), parameters={"shape": [latent]}
    )
    drawn = [
        Node(operation="draw_label", inputs=(seed, label), outputs=("classes",)) for label in labels
    ]
    mode = "gray" if picture.facts["gray"] else "rgb"
    pixels = Node(
        operation="image",
        inputs=("target",),
        outputs=("pixels",),
        parameters={"height": height, "width": width, "mode": mode},
    )
    inputs = (noise, *drawn)
    return Processing(
        inputs=inputs,
        prepared=tuple(name for node in inputs for name in node.outputs),
        targets=(pixels,),
    )
