"""Pictures of examples: small, harmless, and never the reason that a report fails."""

import base64
import io
import zlib

import pytest
from PIL import Image

from daylight.report.pictures import thumbnail


def opened(shown):
    return Image.open(io.BytesIO(base64.b64decode(shown.uri.split(",", 1)[1])))


def test_a_large_picture_is_made_small(tmp_path):
    Image.new("RGB", (1600, 800), "red").save(tmp_path / "a.png")
    shown = thumbnail(tmp_path, "a.png")
    assert opened(shown).size == (shown.width, shown.height) == (160, 80)
    assert not shown.pixelated


def test_a_tiny_picture_keeps_its_pixels_and_is_shown_enlarged(tmp_path):
    Image.new("L", (28, 28), 77).save(tmp_path / "a.png")
    shown = thumbnail(tmp_path, "a.png")
    assert (shown.width, shown.height, shown.pixelated) == (112, 112, True)
    assert opened(shown).size == (28, 28)
    assert opened(shown).getpixel((3, 3)) == 77


def test_what_the_camera_wrote_beside_the_pixels_is_left_behind(tmp_path):
    exif = Image.Exif()
    exif[0x010F] = "maker"
    exif[0x8825] = {1: "N", 2: (48.0, 51.0, 0.0)}
    for size in ((300, 300), (20, 20)):
        Image.new("RGB", size).save(tmp_path / "a.jpg", exif=exif)
        assert dict(opened(thumbnail(tmp_path, "a.jpg")).getexif()) == {}


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGB", "RGBA", "CMYK", "I;16", "I", "F"])
def test_pictures_of_every_mode_are_shown(tmp_path, mode):
    Image.new(mode, (20, 10)).save(tmp_path / "a.tiff")
    assert thumbnail(tmp_path, "a.tiff") is not None


def test_sixteen_bits_are_scaled_to_eight(tmp_path):
    Image.new("I;16", (4, 4), 257 * 100).save(tmp_path / "a.png")
    assert opened(thumbnail(tmp_path, "a.png")).getpixel((0, 0)) == 100


@pytest.mark.parametrize("name", ["../a.png", "b/../../a.png", "nul\0.png", "n" * 5000, ""])
def test_only_files_of_the_data_are_shown(tmp_path, name):
    Image.new("L", (8, 8)).save(tmp_path / "a.png")
    (tmp_path / "data" / "b").mkdir(parents=True)
    assert thumbnail(tmp_path / "data", name) is None
    assert thumbnail(tmp_path / "data", str(tmp_path / "a.png")) is None


def test_a_broken_file_is_no_picture(tmp_path):
    Image.effect_noise((64, 64), 9).save(tmp_path / "a.png")
    whole = (tmp_path / "a.png").read_bytes()
    for broken in (b"", b"text", whole[:200], whole.replace(b"IDAT", b"IDXX")):
        (tmp_path / "a.png").write_bytes(broken)
        assert thumbnail(tmp_path, "a.png") is None


def test_a_file_that_would_unfold_to_gigabytes_is_no_picture(tmp_path):
    def chunk(name, body):
        return len(body).to_bytes(4) + name + body + zlib.crc32(name + body).to_bytes(4)

    size = (60_000).to_bytes(4)
    header = chunk(b"IHDR", size + size + bytes([8, 0, 0, 0, 0]))
    (tmp_path / "a.png").write_bytes(b"\x89PNG\r\n\x1a\n" + header + chunk(b"IEND", b""))
    assert thumbnail(tmp_path, "a.png") is None
