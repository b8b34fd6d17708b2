"""Eye balls: sclera, iris and pupil painted ring by ring, and a clear wet shell with the bulge of the cornea."""

from dataclasses import dataclass

import numpy as np

from stage import Nodes, add_mesh

RINGS, SEGMENTS = 150, 256
IRIS_RADIUS = 0.0595
"""dm: 11.9 mm across, nearly the same in all people."""
PUPIL_SHARE = 0.36
BULGE = 0.022
"""Height of the cornea over the ball, dm."""
RECESS = 0.012
"""Depth of the iris below the ball, dm."""


@dataclass(frozen=True)
class EyeLook:
    """Colours (linear albedo) of an eye."""

    inner: tuple[float, float, float] = (0.30, 0.16, 0.06)
    outer: tuple[float, float, float] = (0.14, 0.07, 0.03)
    rim: tuple[float, float, float] = (0.02, 0.012, 0.008)
    white: tuple[float, float, float] = (0.62, 0.565, 0.53)


def _smooth(low, high, value):
    share = np.clip((value - low) / (high - low), 0, 1)
    return share * share * (3 - 2 * share)


def _fibres(random, angle, share):
    """Radial fibres of the iris, roughly in -1..1."""
    total = np.zeros_like(angle)
    for count, strength in ((9, 0.35), (23, 0.5), (47, 0.6), (90, 0.5)):
        phase, drift = random.uniform(0, 2 * np.pi), random.uniform(-0.7, 0.7)
        wobble = 0.5 * np.sin(random.integers(2, 6) * angle + random.uniform(0, 6))
        total += strength * np.sin(count * angle + phase + drift * 6 * share + 2 * wobble)
    return total


def add_eye(name, centre, radius, forward, look: EyeLook, seed=0, turn=None):
    """One eye ball looking along `forward` [3]; `turn` maps points [N, 3] at last (the head's movement)."""
    random = np.random.default_rng(seed)
    iris_angle = np.arcsin(IRIS_RADIUS / radius)
    inner = np.linspace(0, 1, RINGS // 2) ** 0.8 * iris_angle * 1.12
    outer = np.linspace(inner[-1], np.pi, RINGS - RINGS // 2 + 1)[1:]
    theta = np.concatenate([inner, outer])[:, None]
    phi = (np.arange(SEGMENTS) / SEGMENTS * 2 * np.pi)[None]
    share = theta / iris_angle
    forward = np.asarray(forward, float) / np.linalg.norm(forward)
    right = np.cross(forward, [0, 0, 1.0])
    right /= np.linalg.norm(right)
    up = np.cross(right, forward)
    along = np.cos(theta) * np.ones_like(phi)
    across_x, across_z = np.sin(theta) * np.cos(phi), np.sin(theta) * np.sin(phi)
    unit = along[..., None] * forward + across_x[..., None] * right + across_z[..., None] * up
    dip = RECESS * (1 - _smooth(0.72, 1.04, share))
    ball = centre + unit * (radius - dip)[..., None]
    height = BULGE * np.clip(1 - (share / 1.25) ** 2, 0, None) ** 1.2 + 0.0012
    shell = centre + unit * (radius + height)[..., None]

    fibres = _fibres(random, phi + 0 * theta, share)
    grade = _smooth(PUPIL_SHARE, 0.75, share + 0.05 * fibres)[..., None]
    colour = np.array(look.inner) * (1 - grade) + np.array(look.outer) * grade
    colour = colour * (1 + 0.38 * fibres)[..., None].clip(0.25)
    colour *= (1 + 0.5 * np.exp(-(((share - 0.5) / 0.07) ** 2)) * (fibres > -0.2))[..., None]
    rim = _smooth(0.80, 1.0, share + 0.02 * fibres)[..., None]
    colour = colour * (1 - rim) + np.array(look.rim) * rim
    pupil = (1 - _smooth(PUPIL_SHARE - 0.025, PUPIL_SHARE + 0.03, share + 0.006 * fibres))[..., None]
    colour = colour * (1 - pupil) + 0.002 * pupil
    far = _smooth(1.0, 2.4, share)[..., None]
    white = np.array(look.white) * (1 - far * (1 - np.array([0.92, 0.72, 0.66])))
    veins = _veins(random, theta, phi)[..., None] * far
    white = white * (1 - veins * np.array([0.10, 0.45, 0.45]))
    edge = _smooth(0.96, 1.13, share)[..., None]
    colour = colour * (1 - edge) + white * edge

    index = np.arange(RINGS * SEGMENTS).reshape(RINGS, SEGMENTS)
    following = np.roll(index, -1, axis=1)
    quads = np.stack([index[:-1], following[:-1], following[1:], index[1:]], axis=-1).reshape(-1, 4)
    move = turn or (lambda points: points)
    rgba = np.concatenate([colour, np.ones_like(colour[..., :1])], axis=-1).reshape(-1, 4)
    add_mesh(name, move(ball.reshape(-1, 3)), quads, ball_material(), {"tint": rgba})
    add_mesh(name + " shell", move(shell.reshape(-1, 3)), quads, shell_material())


def _veins(random, theta, phi):
    total = np.zeros(np.broadcast_shapes(theta.shape, phi.shape))
    for _ in range(26):
        at, bend, count = random.uniform(0, 2 * np.pi), random.uniform(0.05, 0.25), random.uniform(3, 9)
        line = at + bend * np.sin(count * theta + random.uniform(0, 6))
        off = np.abs((phi - line + np.pi) % (2 * np.pi) - np.pi)
        total += random.uniform(0.3, 1) * np.exp(-((off * np.sin(theta) / 0.02) ** 2))
    return np.clip(total, 0, 1)


def ball_material():
    """Iris and sclera."""
    n = Nodes("eye")
    tint = n.attribute("tint").outputs["Color"]
    shader = n.add("ShaderNodeBsdfPrincipled", Base_Color=tint, Roughness=0.55, Subsurface_Weight=0.25,
                   Subsurface_Radius=(0.03, 0.015, 0.01), Subsurface_Scale=0.6, Specular_IOR_Level=0.2)  # fmt: skip
    return n.finish(shader.outputs[0])


def shell_material():
    """Clear and wet: mirrors by Fresnel, else lets everything through."""
    n = Nodes("cornea")
    clear = n.add("ShaderNodeBsdfTransparent").outputs[0]
    gloss = n.add("ShaderNodeBsdfGlossy", Roughness=0.04, Color=(1, 1, 1)).outputs[0]
    fresnel = n.add("ShaderNodeFresnel", IOR=1.40).outputs[0]
    facing = n.add("ShaderNodeNewGeometry").outputs["Backfacing"]
    share = n.math("MULTIPLY", fresnel, n.math("SUBTRACT", 1.0, facing))
    return n.finish(n.add("ShaderNodeMixShader", i0=share, i1=clear, i2=gloss).outputs[0])
