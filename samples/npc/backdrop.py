"""Backgrounds: soft painted light out of focus, made with numpy and hung far behind the person."""

import bpy
import numpy as np
from scipy.ndimage import gaussian_filter

from stage import Nodes, add_mesh

SIZE = 512


def gradient(top, bottom, glow=None, glow_at=(0.5, 0.5), glow_size=0.35):
    """[SIZE, SIZE, 3] linear colours from top to bottom with a soft spot of light."""
    y, x = np.mgrid[0:SIZE, 0:SIZE] / SIZE
    picture = np.asarray(top) * (1 - y[..., None]) + np.asarray(bottom) * y[..., None]
    if glow is not None:
        off = ((x - glow_at[0]) ** 2 + (y - glow_at[1]) ** 2) / glow_size**2
        picture = picture + np.exp(-0.5 * off)[..., None] * np.asarray(glow)
    return picture


def clouds(picture, random, strength=0.4, scales=(90, 45, 20, 9)):
    """Brushed unevenness."""
    total = np.zeros((SIZE, SIZE))
    for scale in scales:
        layer = gaussian_filter(random.normal(size=(SIZE, SIZE)), scale, mode="reflect")
        total += layer / layer.std() * (scale / scales[0]) ** 0.6
    return picture * np.exp(strength * total / np.abs(total).max() * 2)[..., None]


def discs(picture, random, count, colours, sizes, strength=0.5, area=(0, 1, 0, 1)):
    """Lights out of focus."""
    y, x = np.mgrid[0:SIZE, 0:SIZE] / SIZE
    for _ in range(count):
        at = random.uniform(area[0], area[1]), random.uniform(area[2], area[3])
        radius = random.uniform(*sizes)
        off = np.hypot(x - at[0], y - at[1]) / radius
        shape = np.clip((1.0 - off) / 0.18, 0, 1) * (0.75 + 0.25 * off**4)
        tint = np.asarray(colours[random.integers(len(colours))])
        picture = picture + strength * random.uniform(0.3, 1) * shape[..., None] * tint
    return picture


def trunks(picture, random, places, colour, blur=7.0):
    """Dark trees out of focus at `places` (share of the width, width)."""
    mask = np.zeros((SIZE, SIZE))
    rows = np.arange(SIZE)
    columns = np.arange(SIZE)[None] / SIZE
    for at, width in places:
        lean, phase = random.uniform(-0.06, 0.06), random.uniform(0, 6)
        middle = at + lean * rows / SIZE + 0.01 * np.sin(rows / 60 + phase)
        half = width / 2 * (0.85 + 0.3 * rows / SIZE)
        mask = np.maximum(mask, (np.abs(columns - middle[:, None]) < half[:, None]).astype(float))
    mask = gaussian_filter(mask, blur)[..., None]
    return picture * (1 - mask) + np.asarray(colour) * mask


def shelves(random):
    """Rows of books in warm half light."""
    picture = np.full((SIZE, SIZE, 3), 0.02) * [1.3, 0.9, 0.6]
    for row in range(4):
        low, high = int((0.02 + 0.25 * row) * SIZE), int((0.23 + 0.25 * row) * SIZE)
        at = 0
        while at < SIZE:
            wide, missing = random.integers(9, 26), random.integers(0, 40)
            hue = np.array(
                [(0.22, 0.05, 0.03), (0.20, 0.13, 0.05), (0.05, 0.09, 0.07), (0.06, 0.06, 0.12)][random.integers(4)]
            )
            round_back = 0.35 + 0.65 * np.sin(np.linspace(0.2, np.pi - 0.2, wide))
            end = min(at + wide, SIZE)
            picture[low + missing : high, at:end] = (0.35 * hue * random.uniform(0.5, 1.5) * round_back[:, None])[
                : end - at
            ]
            at += wide
        picture[high : high + 12] = (0.09, 0.045, 0.02)
    return picture


def blur(picture, amount):
    """Out of focus."""
    return np.stack([gaussian_filter(picture[..., k], amount, mode="nearest") for k in range(3)], axis=-1)


def hang(picture, camera_place, target, width, behind=30.0, strength=1.0):
    """Put the picture `behind` dm behind the target so that it fills the frame, seen by the camera alone."""
    image = bpy.data.images.new("backdrop", SIZE, SIZE, float_buffer=True)
    image.colorspace_settings.name = "Linear Rec.709"
    rgba = np.concatenate([np.clip(picture, 0, None)[::-1], np.ones((SIZE, SIZE, 1))], axis=-1).astype(np.float32)
    image.pixels.foreach_set(rgba.ravel())
    image.pack()
    distance = target[1] - camera_place[1]
    half = width / 2 * (distance + behind) / distance * 1.02
    up = target[2] + (target[2] - camera_place[2]) * behind / distance
    corner = np.array([[-half, 0, -half], [half, 0, -half], [half, 0, half], [-half, 0, half]])
    corner += [target[0], target[1] + behind, up]
    n = Nodes("backdrop")
    uv = n.attribute("place").outputs["Vector"]
    tex = n.add("ShaderNodeTexImage", {"image": image, "extension": "EXTEND"}, Vector=uv)
    material = n.finish(n.add("ShaderNodeEmission", Color=tex.outputs["Color"], Strength=strength).outputs[0])
    thing = add_mesh("backdrop", corner, [[0, 1, 2, 3]], material,
                     {"place": np.array([[0, 0, 0], [1, 0, 0], [1, 1, 0], [0, 1, 0]], float)})  # fmt: skip
    for ray in ("diffuse", "glossy", "shadow", "transmission", "volume_scatter"):
        setattr(thing, f"visible_{ray}", False)
    return thing
