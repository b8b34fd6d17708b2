"""Each character's hair, clothes, light and background."""

import numpy as np

import backdrop
import hairdo
import stage
from fabrics import cloth, gold, jewel, leather, pearl
from head import Head
from headwear import crown, glasses, hood, pointed_hat
from skin import smooth
from studio import Studio, circle, evenly, folds_of, outward_of, wrap_of
from wardrobe import bead, cut_gem, garment, on_sheet, tree_of, tube


def smith(head: Head, zoom) -> None:
    """A smith before his forge: full beard, soot, leather apron over linen."""
    head.add_brows()
    head.add_lashes()
    hairdo.cropped(head, (0.045, 0.026, 0.016), 0.20, 26000, 0.12, receding=0.06)
    hairdo.beard(head, (0.060, 0.030, 0.016), 0.19, 0.07, 24000, 0.16)
    studio = Studio(head, zoom, 3.1, 0.37)
    head.build(
        {"browDownLeft": 0.15, "browDownRight": 0.10, "eyeWideLeft": 0.15, "eyeWideRight": 0.15},
        gaze=studio.camera - [0, 0, 1.2],
    )
    random = np.random.default_rng(5)
    wrap = wrap_of(head)
    front = np.cos(wrap.azimuth)
    neckline = 1.30 - 0.14 * smooth(0.3, 1.0, front)
    folds = folds_of(wrap, random, 0.03)
    shirt = wrap.sheet(neckline, 0.05, folds=folds)
    garment("shirt", shirt, cloth("linen", (0.30, 0.25, 0.19), dirt=0.5), 0.03)
    tube("collar", shirt[-1], 0.045, cloth("linen hem", (0.30, 0.25, 0.19)), closed=True)
    hide = leather("apron")
    across = np.linspace(-0.85, 0.85, 80)[None]
    edge = 0.93 - 0.10 * (across / 0.85) ** 2
    share = np.linspace(0.2, 1, 50)[:, None] * edge
    apron = on_sheet(shirt, wrap.centre, across + 0 * share, share, 0.07)
    garment("apron", apron, hide, 0.05, closed=False)
    tube("seam", apron[-1] + [0, -0.03, 0], 0.03, hide)
    for side in (1, -1):
        along = np.linspace(0, 1, 70)[None]
        wide = np.linspace(-0.5, 0.5, 7)[:, None]
        share = 0.84 + 0.09 * along**0.7 + 0.055 * wide
        strap = on_sheet(shirt, wrap.centre, side * (0.72 + 2.0 * along - 0.14 * wide), share, 0.10)
        garment("strap", strap, leather("strap", (0.10, 0.045, 0.02)), 0.045, closed=False)
        bead("rivet", strap[3, 4] + [0, -0.05, 0], 0.045, gold(0.4, (0.55, 0.42, 0.28)), (1, 0.5, 1))
    studio.catch()
    studio.lamp("forge", -7, -2.5, 8, 480, 5, (1.0, 0.50, 0.20))
    studio.lamp("key", -6, 6, 11, 1350, 5, (1.0, 0.84, 0.66))
    studio.lamp("fill", 9, 1, 9, 200, 9, (0.65, 0.78, 1.0))
    studio.lamp("rim", 6, 5, -7, 320, 4, (1.0, 0.62, 0.34))
    stage.set_world((0.32, 0.26, 0.24), 0.25)
    picture = backdrop.gradient((0.012, 0.010, 0.010), (0.035, 0.016, 0.008), (0.75, 0.20, 0.03), (0.06, 0.66), 0.17)
    picture = backdrop.clouds(picture, random, 0.5)
    picture = backdrop.discs(
        picture, random, 26, [(1.0, 0.42, 0.10), (1.0, 0.62, 0.22)], (0.006, 0.022), 0.9, (0, 0.5, 0.1, 0.9)
    )
    picture = backdrop.discs(picture, random, 8, [(1.0, 0.45, 0.12)], (0.006, 0.016), 0.6, (0.6, 1, 0.1, 0.8))
    studio.hang(backdrop.blur(picture, 1.5))


def ranger(head: Head, zoom) -> None:
    """A ranger under her hood at the edge of a forest."""
    head.add_brows()
    head.add_lashes()
    hairdo.falling(head, (0.16, 0.055, 0.022), 15000, 2.1)
    studio = Studio(head, zoom, 3.0, 0.16)
    head.build(
        {
            "mouthPressLeft": 0.2,
            "mouthPressRight": 0.2,
            "mouthSmileLeft": 0.10,
            "mouthSmileRight": 0.06,
            "eyeSquintLeft": 0.12,
            "eyeSquintRight": 0.12,
        },
        gaze=studio.camera,
    )
    random = np.random.default_rng(11)
    wrap = wrap_of(head)
    green = cloth("hood", (0.050, 0.085, 0.045), dirt=0.4)
    hood(head.surface[:, 2].max(), head.eyes_middle, random, green)
    tunic = wrap.sheet(np.full(wrap.columns, 1.27), 0.05, folds=folds_of(wrap, random, 0.03))
    garment("tunic", tunic, cloth("tunic", (0.16, 0.12, 0.075), dirt=0.4), 0.03)
    tube("collar", tunic[-1], 0.035, leather("collar"), closed=True)
    mantle = wrap.sheet(np.full(wrap.columns, 1.12), 0.22, smoothing=20, folds=folds_of(wrap, random, 0.09))
    garment("mantle", mantle, green, 0.05)
    brooch = mantle[-8, 0]
    bead("brooch", brooch + [0, -0.08, 0.02], 0.12, gold(0.3, (0.6, 0.58, 0.52)), (1, 0.35, 1))
    cut_gem("stone", brooch + [0, -0.12, 0.02], 0.055, jewel((0.02, 0.22, 0.10)), (0, -1, 0))
    studio.catch()
    studio.lamp("sky", -5, 8, 9, 1150, 8, (0.93, 0.98, 0.95))
    studio.lamp("front", 3, 0.5, 12, 330, 6, (1.0, 0.95, 0.85))
    studio.lamp("sun", 7, 5, -5, 700, 3, (1.0, 0.86, 0.58))
    stage.set_world((0.40, 0.55, 0.48), 0.35)
    picture = backdrop.gradient((0.16, 0.26, 0.17), (0.03, 0.05, 0.03), (0.45, 0.50, 0.25), (0.78, 0.25), 0.2)
    picture = backdrop.clouds(picture, random, 0.8)
    picture = backdrop.trunks(picture, random, [(0.05, 0.07), (0.17, 0.03), (0.27, 0.05), (0.88, 0.08), (0.73, 0.03)],
                              (0.018, 0.022, 0.016))  # fmt: skip
    picture = backdrop.discs(picture, random, 40, [(0.55, 0.70, 0.30), (0.75, 0.80, 0.45), (0.3, 0.5, 0.3)],
                             (0.012, 0.035), 0.22, (0, 1, 0, 0.7))  # fmt: skip
    studio.hang(backdrop.blur(picture, 4))


def queen(head: Head, zoom) -> None:
    """A queen in gold and crimson by candlelight."""
    head.add_brows()
    head.add_lashes()
    eyes = head.eyes_middle
    hairdo.swept_back(head, (0.014, 0.009, 0.007), 28000, length=3.5)
    studio = Studio(head, zoom, 3.0, 0.09)
    head.build(
        {
            "mouthPressLeft": 0.2,
            "mouthPressRight": 0.2,
            "mouthSmileLeft": 0.10,
            "mouthSmileRight": 0.12,
            "browOuterUpLeft": 0.1,
        },
        gaze=studio.camera,
    )
    random = np.random.default_rng(21)
    tree = tree_of(head.surface, head.fine.quads)
    metal = gold()
    front = head.place((0, -1.3, 7.90))
    _, sheet, outward, tips = crown(tree, eyes[1] + 0.75, front[2] - 0.06, metal, random)
    red, green, white = jewel((0.45, 0.01, 0.02)), jewel((0.01, 0.25, 0.12)), pearl()
    for count, tip in enumerate(tips):
        bead("tip", sheet[-1, tip] + [0, 0, 0.035], 0.045, white)
        low = sheet[4, tip] + outward[tip] * 0.05
        cut_gem("stone", low, 0.07, red if count % 2 == 0 else green, outward[tip], (0.8, 1.0, 0.5))
        between = (tip + len(outward) // len(tips) // 2) % len(outward)
        bead("pearl", sheet[5, between] + outward[between] * 0.04, 0.032, white)
    wrap = wrap_of(head)
    forward = np.cos(wrap.azimuth)
    neckline = 1.12 - 0.20 * smooth(-0.2, 1.0, forward)
    gown = wrap.sheet(neckline, 0.06, folds=folds_of(wrap, random, 0.04))
    garment("gown", gown, cloth("velvet", (0.11, 0.005, 0.012), 0.6, 60.0, 0.3, 0.2, 0.2), 0.04)
    tube("trim", gown[-1], 0.04, metal, closed=True)
    tube("trim", gown[-5] + outward_of(gown[-5], wrap.centre) * 0.03, 0.018, metal, closed=True)
    chain = wrap.sheet(1.44 - 0.10 * smooth(0.0, 1.0, forward), 0.035)[-1]
    for place in evenly(chain, 0.105):
        bead("necklace", place, 0.05, white)
    drop = chain[0] + [0, -0.05, -0.12]
    cut_gem("pendant", drop, 0.10, red, (0, -1, 0), (0.8, 1.1, 0.5))
    for side in (1, -1):
        lobe = head.place((side * 0.735, -0.42, 6.90)) + [side * 0.02, -0.03, -0.03]
        bead("ring", lobe, 0.026, metal)
        bead("drop", lobe - [0, 0, 0.09], 0.045, white, (0.85, 0.85, 1.25))
        cut_gem("earring", lobe - [0, 0, 0.20], 0.05, red, (0, -1, 0), (0.8, 1.3, 0.6))
    studio.catch()
    studio.lamp("key", -6, 5, 10, 1000, 7, (1.0, 0.88, 0.72))
    studio.lamp("fill", 8, 0, 10, 320, 9, (1.0, 0.80, 0.62))
    studio.lamp("rim", 6, 6, -6, 380, 5, (1.0, 0.78, 0.50))
    studio.lamp("hair", -5, 6, -6, 260, 5, (0.75, 0.80, 1.0))
    stage.set_world((0.50, 0.40, 0.34), 0.35)
    picture = backdrop.gradient((0.05, 0.018, 0.016), (0.09, 0.035, 0.02), (0.22, 0.10, 0.035), (0.5, 0.45), 0.35)
    picture = backdrop.clouds(picture, random, 0.5)
    picture = backdrop.discs(
        picture, random, 26, [(1.0, 0.62, 0.22), (1.0, 0.75, 0.40)], (0.012, 0.04), 0.35, (0, 1, 0.05, 0.8)
    )
    studio.hang(backdrop.blur(picture, 3))


def mage(head: Head, zoom) -> None:
    """An old mage under his pointed hat, lit by his own spell."""
    head.add_brows()
    head.add_lashes()
    white = (0.50, 0.47, 0.43)
    hairdo.beard(head, white, 1.15, 0.22, 22000, 0.0, 20, 0.05)
    hairdo.swept_back(head, white, 16000, length=3.0, spread=0.86)
    studio = Studio(head, zoom, 3.3, -0.04)
    head.build({"browInnerUp": 0.12, "eyeWideLeft": 0.3, "eyeWideRight": 0.3}, gaze=studio.camera - [0, 0, 1.0])
    random = np.random.default_rng(31)
    felt = cloth("felt", (0.030, 0.035, 0.10), 0.9, 60.0, 0.25, 0.3, 0.35)
    tree = tree_of(head.surface, head.fine.quads)
    band = pointed_hat(tree, head.eyes_middle, head.place((0, -1.3, 7.98))[2], random, felt)
    metal = gold(0.3)
    garment("band", band + outward_of(band, band.mean(axis=(0, 1))) * 0.03, leather("band", (0.10, 0.05, 0.03)), 0.03)
    cut_gem(
        "stone", band[3, 0] + [0, -0.09, 0], 0.12, jewel((0.06, 0.12, 0.55)), (0, -1, 0.45), (1, 1, 0.5), polished=True
    )
    ring = circle() * 0.125
    ring[:, 1] = 0.45 * ring[:, 2] - 0.085
    tube("setting", band[3, 0] + ring, 0.022, metal, closed=True)
    wrap = wrap_of(head)
    robe = wrap.sheet(np.full(wrap.columns, 1.22), 0.10, smoothing=12, folds=folds_of(wrap, random, 0.06))
    garment("robe", robe, cloth("robe", (0.035, 0.045, 0.13), dirt=0.3), 0.05)
    tube("trim", robe[-1], 0.04, metal, closed=True)
    studio.catch(3.2)
    studio.lamp("spell", 6, -2.5, 9, 620, 4, (0.50, 0.68, 1.0))
    studio.lamp("key", -5, 1.5, 12, 760, 6, (1.0, 0.88, 0.72))
    studio.lamp("rim", -6, 5, -6, 420, 5, (0.62, 0.55, 1.0))
    stage.set_world((0.30, 0.34, 0.50), 0.35)
    picture = backdrop.gradient((0.012, 0.012, 0.04), (0.03, 0.022, 0.05), (0.10, 0.16, 0.42), (0.86, 0.62), 0.22)
    picture = backdrop.clouds(picture, random, 0.8)
    picture = backdrop.discs(picture, random, 44, [(0.35, 0.55, 1.0), (0.65, 0.75, 1.0)], (0.004, 0.014), 0.5)
    studio.hang(backdrop.blur(picture, 1.5))


def scholar(head: Head, zoom) -> None:
    """A scholar with round glasses among his books."""
    head.add_brows()
    head.add_lashes()
    hairdo.cropped(head, (0.02, 0.016, 0.014), 0.09, 30000, 0.35, receding=0.1)
    hairdo.beard(head, (0.025, 0.02, 0.017), 0.06, 0.02, 15000, 0.35)
    studio = Studio(head, zoom, 2.9, 0.22)
    head.build({"mouthPressLeft": 0.2, "mouthPressRight": 0.2, "mouthSmileLeft": 0.15, "mouthSmileRight": 0.12,
                "browInnerUp": 0.1, "eyeWideLeft": 0.2, "eyeWideRight": 0.2}, gaze=studio.camera)  # fmt: skip
    random = np.random.default_rng(41)
    eyes = [head.eye(side)[0] for side in (1, -1)]
    ears = [head.place((side * 0.70, -0.42, 7.33)) + [side * 0.03, 0, 0.02] for side in (1, -1)]
    glasses(eyes, [head.corner(1), head.corner(-1)], ears, material=gold(0.2, (0.75, 0.58, 0.32)))
    wrap = wrap_of(head)
    forward = np.cos(wrap.azimuth)
    shirt = wrap.sheet(1.36 - 0.06 * smooth(0.5, 1.0, forward), 0.05, folds=folds_of(wrap, random, 0.03))
    garment("shirt", shirt, cloth("shirt", (0.50, 0.45, 0.36), dirt=0.15), 0.03)
    tube("collar", shirt[-1], 0.045, cloth("collar", (0.50, 0.45, 0.36)), closed=True)
    robe = wrap.sheet(1.25 - 0.22 * smooth(0.6, 1.0, forward), 0.13, smoothing=12, folds=folds_of(wrap, random, 0.05))
    garment("robe", robe, cloth("robe", (0.16, 0.045, 0.025), 0.8, 40.0, 0.3, 0.25, 0.3), 0.06)
    tube("trim", robe[-1], 0.05, cloth("trim", (0.30, 0.20, 0.06)), closed=True)
    studio.catch(-3.2, 70)
    studio.lamp("window", -8, 4, 9, 1200, 7, (0.92, 0.96, 1.0))
    studio.lamp("fill", 7, 0, 10, 260, 8, (1.0, 0.82, 0.62))
    studio.lamp("rim", 6, 5, -6, 500, 4, (1.0, 0.80, 0.55))
    stage.set_world((0.50, 0.47, 0.42), 0.35)
    studio.hang(backdrop.blur(backdrop.clouds(backdrop.shelves(random), random, 0.4), 5))


SCENES = {"smith": smith, "ranger": ranger, "queen": queen, "mage": mage, "scholar": scholar}
