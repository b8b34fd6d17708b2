"""What is worn on the head: a hood, a crown, a pointed hat, glasses."""

import numpy as np

from skin import smooth
from stage import Nodes, add_mesh
from wardrobe import cast, garment, tube, waves


def hood(head_top, eyes, random, material, width=1.06, front=-0.05, back=2.05, peak=0.10):
    """A hood: arches from shoulder to shoulder, one behind the other, closed at the back of the head.

    `head_top` height of the crown, `eyes` [3] their middle; `front` and `back` are measured from the eyes, dm.
    """
    columns, rows = 161, 56
    face_z = eyes[2]
    s = np.linspace(-1, 1, columns)[None]
    t = np.linspace(0, 1, rows)[:, None]
    # Towards the back the arch keeps its size and then closes like the end of an egg.
    close = np.sqrt(np.clip(1 - (np.clip(t - 0.30, 0, 1) / 0.70) ** 2.4, 0, 1))
    roof = head_top + 0.22 - 0.20 * smooth(0.32, 0.0, t)
    top = face_z + (roof - face_z) * (0.35 + 0.65 * close)
    bottom = face_z - 1.95 + 0.12 * t
    angle = s * np.pi / 2
    lift = np.clip(np.cos(angle), 0, 1) ** 0.54
    z = bottom + (top - bottom) * lift + peak * np.exp(-((s / 0.16) ** 2)) * (1 - 0.6 * t)
    bulge = np.sin(np.abs(angle)) ** 0.62 * np.sign(s)
    level = (z - bottom) / (top - bottom)
    waist = 1 + 0.42 * smooth(0.42, 0.0, level) - 0.10 * np.exp(-(((level - 0.33) / 0.12) ** 2))
    x = width * bulge * waist * (0.12 + 0.88 * close)
    y = (
        eyes[1]
        + front
        + (back - front) * t
        + 0.30 * smooth(0.62, 0.05, level) * (1 - t)
        + 0.16 * smooth(0.5, 1.0, level) * (1 - t) ** 2
    )
    fold = waves((rows, columns), random, (5, 9, 14), 0.028, 3.0) * (0.35 + 0.65 * smooth(0.7, 0.2, level))
    x = x * (1 + fold)
    z = z + 0.4 * fold * lift
    y = y + 0.5 * fold
    points = np.stack([x, np.broadcast_to(y, x.shape), z], axis=-1)
    garment("hood", points, material, 0.045, closed=False)
    tube("hem", points[0] + [0, -0.005, 0.01], 0.034, material, sides=12)
    return points


def crown(tree, middle, height, material, random, tilt=0.10, gap=0.07, band=0.17, points=10, rise=0.34):
    """A crown around the head at `height` (dm): band, fleurons with beads, stones; returns its height at the front."""
    columns, rows = 480, 14
    azimuth = np.arange(columns) / columns * 2 * np.pi
    d = np.stack([np.sin(azimuth), -np.cos(azimuth), 0 * azimuth], axis=-1)
    centre = np.array([0, middle, height])
    r = cast(tree, centre, d)
    spectrum = np.fft.rfft(r)
    spectrum[7:] = 0
    r = np.fft.irfft(spectrum, columns) + gap
    phase = (azimuth / (2 * np.pi) * points + 0.5) % 1 - 0.5
    big = np.abs(phase)
    spike = np.clip(1 - big / 0.30, 0, 1) ** 1.4 * rise + 0.10 * np.clip(1 - np.abs(big - 0.5) / 0.16, 0, 1) ** 1.5
    share = np.linspace(0, 1, rows)[:, None]
    tall = share * (band + spike[None])
    flare = 1 + 0.10 * tall
    sheet = np.stack([r * d[:, 0] * flare, middle + r * d[:, 1] * flare, height + tall], axis=-1)
    sheet[..., 2] += tilt * (sheet[..., 1] - middle) * -1.0
    thing = garment("crown", sheet, material, 0.03, subdivide=1)
    for level, radius in ((0, 0.026), (None, 0.02)):
        at = sheet[0] if level == 0 else sheet[0] + [0, 0, band]
        grown = at.copy()
        grown[:, 0] *= 1.02
        grown[:, 1] = middle + (grown[:, 1] - middle) * 1.02
        tube("band", grown, radius, material, closed=True)
    tips = [round(k / points * columns) % columns for k in range(points)]
    return thing, sheet, d, tips


def pointed_hat(tree, eyes, front_z, random, material, brim=1.6, tall=1.9):
    """A wizard's hat sitting at height `front_z`: a wavy brim and a bent cone; returns the points of its band."""
    columns, rows = 256, 90
    azimuth = np.arange(columns) / columns * 2 * np.pi
    d = np.stack([np.sin(azimuth), -np.cos(azimuth), 0 * azimuth], axis=-1)
    middle = eyes[1] + 0.75
    r = cast(tree, np.array([0, middle, front_z]), d)
    spectrum = np.fft.rfft(r)
    spectrum[4:] = 0
    r = np.fft.irfft(spectrum, columns)[None] + 0.12
    t = np.linspace(-1, 1, rows)[:, None]
    out, up = np.clip(-t, 0, 1), np.clip(t, 0, 1)
    radius = r * (1 - up) ** 1.35 + (brim - 0.95) * out + 0.02
    wobble = 0.07 * np.sin(2 * azimuth + 0.6) + 0.05 * np.sin(3 * azimuth + 2.0)
    height = front_z + tall * up + out**1.5 * (0.6 * wobble - 0.16)[None] - 0.03 * np.sin(np.pi * out)
    crumple = waves((rows, columns), random, (3, 5, 8), 0.05, 6.0) * np.sin(np.pi * up)
    x = (radius + crumple) * d[:, 0] + 0.35 * up**2.5
    y = middle + (radius + crumple) * d[:, 1] + 0.25 * up**2
    points = np.stack([x, y, height + 0.3 * crumple - 0.10 * (y - middle) * -1.0], axis=-1)
    garment("hat", points, material, 0.035)
    tube("edge", points[0], 0.028, material, closed=True)
    return points[rows // 2 + 1 : rows // 2 + 8]


def glasses(head_eyes, corners, ears, radius=0.225, rim=0.014, ahead=0.20, material=None):
    """Round wire glasses before the eyes at `head_eyes` (two places [3]), their arms going back to `ears`."""
    turn = np.linspace(0, 2 * np.pi, 96, endpoint=False)
    n = Nodes("lens")
    clear = n.add("ShaderNodeBsdfTransparent", Color=(0.97, 0.98, 0.98)).outputs[0]
    gloss = n.add("ShaderNodeBsdfGlossy", Roughness=0.02).outputs[0]
    share = n.math("MULTIPLY", n.add("ShaderNodeFresnel", IOR=1.30).outputs[0], 0.6)
    lens = n.finish(n.add("ShaderNodeMixShader", i0=share, i1=clear, i2=gloss).outputs[0])
    front = min(c[1] for c in corners) - ahead
    inner = []
    for eye, ear in zip(head_eyes, ears, strict=True):
        side = np.sign(eye[0])
        middle = np.array([eye[0] + side * 0.012, front, eye[2] - 0.03])
        ring = middle + np.stack([np.cos(turn), 0.10 * np.cos(turn) * side, 0.94 * np.sin(turn)], axis=-1) * radius
        tube("rim", ring, rim, material, closed=True)
        dome = np.vstack([middle + [0, -0.012, 0], ring])
        index = np.arange(96) + 1
        add_mesh("lens", dome, np.stack([np.zeros(96, int), index, np.roll(index, -1)], axis=-1), lens)
        hinge = middle + [side * radius * 1.0, 0.10 * radius, 0.03]
        bend = hinge + [side * 0.07, 0.06, 0.0]
        tube("arm", np.vstack([hinge, bend, (bend * 2 + ear) / 3 + [side * 0.02, 0, 0.02], ear]), rim * 0.9, material)
        inner.append(middle - [side * radius * 0.97, 0, -0.05])
    span = np.linspace(0, 1, 24)[:, None]
    arch = inner[0] * (1 - span) + inner[1] * span + np.sin(np.pi * span) * [0, -0.04, 0.055]
    tube("bridge", arch, rim, material)
