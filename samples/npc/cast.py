"""The people: shape, skin, eyes and hair of each."""

from eyes import EyeLook
from head import Person
from skin import Complexion

PLAIN = Person(
    identity={
        "macrodetails/caucasian-male-young": 0.8,
        "macrodetails/universal-male-young-averagemuscle-averageweight": 1.0,
        "macrodetails/caucasian-female-young": 0.2,
    },
    skin=Complexion(
        scalp_tint=(0.36, 0.22, 0.165),
        shadow_of_beard=0.14,
        rough=0.43,
        blood=0.75,
        shirt=(0.10, 0.13, 0.17),
    ),
    lash_length=0.85,
)
"""Nobody in particular, for exact truth: shaven, so that nothing hides the face."""

SMITH = Person(
    identity={
        "macrodetails/caucasian-male-old": 0.6,
        "macrodetails/caucasian-male-young": 0.4,
        "macrodetails/universal-male-young-maxmuscle-averageweight": 0.6,
        "macrodetails/universal-male-old-maxmuscle-averageweight": 0.4,
        "head/head-square": 0.35,
        "head/head-age-incr": 0.35,
        "chin/chin-width-incr": 0.4,
        "nose/nose-hump-incr": 0.5,
        "nose/nose-scale-horiz-incr": 0.35,
        "nose/nose-scale-vert-incr": 0.25,
        "eyes/l-eye-bag-incr": 0.5,
        "eyes/l-eye-scale-decr": 0.15,
        "eyebrows/eyebrows-trans-forward": 0.4,
        "neck/neck-scale-horiz-incr": 0.3,
    },
    skin=Complexion(
        base=(0.46, 0.255, 0.17),
        blood=1.25,
        lips=(0.34, 0.13, 0.11),
        lips_share=0.55,
        shade=1.25,
        shadow_of_beard=0.55,
        beard_tint=(0.13, 0.075, 0.05),
        soot=0.7,
        lines=0.8,
        scalp_tint=(0.13, 0.085, 0.06),
        rough=0.42,
        pores=1.5,
        brow_tint=(0.08, 0.045, 0.03),
    ),
    eyes=EyeLook(inner=(0.19, 0.18, 0.15), outer=(0.095, 0.125, 0.145), rim=(0.015, 0.02, 0.028)),
    brow_colour=(0.04, 0.024, 0.015),
    brow_count=900,
    brow_length=0.095,
    brow_grey=0.1,
    lash_length=0.75,
)

RANGER = Person(
    identity={
        "macrodetails/caucasian-female-young": 1.0,
        "macrodetails/universal-female-young-averagemuscle-averageweight": 1.0,
        "head/head-oval": 0.3,
        "nose/nose-scale-vert-decr": 0.3,
        "nose/nose-point-up": 0.3,
        "nose/nose-scale-horiz-decr": 0.2,
        "eyes/l-eye-scale-incr": 0.25,
        "mouth/mouth-upperlip-volume-incr": 0.3,
        "cheek/l-cheek-bones-incr": 0.3,
        "chin/chin-width-decr": 0.2,
    },
    skin=Complexion(
        base=(0.60, 0.37, 0.27),
        blood=0.9,
        lips=(0.46, 0.15, 0.13),
        lips_share=0.7,
        shade=0.8,
        freckles=0.75,
        scalp_tint=(0.17, 0.07, 0.035),
        brow_tint=(0.20, 0.09, 0.05),
        brow_share=0.2,
        rough=0.44,
        pores=0.8,
    ),
    eyes=EyeLook(inner=(0.22, 0.17, 0.06), outer=(0.085, 0.14, 0.075), rim=(0.012, 0.025, 0.015)),
    brow_colour=(0.10, 0.042, 0.02),
    brow_count=480,
    brow_length=0.062,
    brow_width=0.75,
    lash_length=1.0,
)

QUEEN = Person(
    identity={
        "macrodetails/african-female-young": 0.65,
        "macrodetails/caucasian-female-young": 0.2,
        "macrodetails/caucasian-female-old": 0.15,
        "macrodetails/universal-female-young-averagemuscle-averageweight": 1.0,
        "eyes/l-eye-scale-incr": 0.2,
        "cheek/l-cheek-bones-incr": 0.5,
        "mouth/mouth-upperlip-volume-incr": 0.2,
        "head/head-oval": 0.4,
    },
    skin=Complexion(
        base=(0.235, 0.115, 0.066),
        blood=0.5,
        lips=(0.26, 0.055, 0.05),
        lips_share=0.8,
        shade=0.9,
        scalp_tint=(0.02, 0.013, 0.01),
        brow_tint=(0.02, 0.012, 0.008),
        brow_share=0.25,
        rough=0.36,
        pores=0.7,
    ),
    eyes=EyeLook(
        inner=(0.16, 0.07, 0.025), outer=(0.06, 0.028, 0.012), rim=(0.01, 0.006, 0.004), white=(0.58, 0.52, 0.47)
    ),
    brow_colour=(0.012, 0.008, 0.006),
    brow_count=520,
    brow_length=0.06,
    brow_width=0.72,
    lash_length=1.1,
)

MAGE = Person(
    identity={
        "macrodetails/caucasian-male-old": 1.0,
        "macrodetails/universal-male-old-averagemuscle-averageweight": 1.0,
        "head/head-age-incr": 0.5,
        "head/head-rectangular": 0.3,
        "nose/nose-hump-incr": 0.5,
        "nose/nose-point-down": 0.3,
        "nose/nose-scale-vert-incr": 0.3,
        "eyes/l-eye-bag-incr": 0.6,
        "cheek/l-cheek-volume-decr": 0.4,
    },
    skin=Complexion(
        base=(0.55, 0.33, 0.24),
        blood=0.7,
        lips=(0.40, 0.18, 0.15),
        lips_share=0.5,
        shade=1.1,
        shadow_of_beard=0.5,
        beard_tint=(0.42, 0.33, 0.28),
        lines=1.0,
        scalp_tint=(0.45, 0.36, 0.30),
        brow_tint=(0.40, 0.33, 0.28),
        brow_share=0.25,
        rough=0.44,
        pores=1.3,
    ),
    eyes=EyeLook(inner=(0.22, 0.24, 0.22), outer=(0.12, 0.19, 0.25), rim=(0.02, 0.03, 0.045)),
    brow_colour=(0.45, 0.42, 0.38),
    brow_count=900,
    brow_length=0.14,
    brow_width=1.2,
    lash_colour=(0.10, 0.085, 0.075),
    lash_length=0.7,
)

SCHOLAR = Person(
    identity={
        "macrodetails/african-male-young": 0.55,
        "macrodetails/african-male-old": 0.45,
        "macrodetails/universal-male-young-averagemuscle-averageweight": 1.0,
        "head/head-oval": 0.4,
        "nose/nose-scale-horiz-incr": 0.15,
        "forehead/forehead-scale-vert-incr": 0.2,
        "cheek/l-cheek-volume-decr": 0.2,
    },
    skin=Complexion(
        base=(0.15, 0.072, 0.042),
        blood=0.4,
        lips=(0.20, 0.075, 0.062),
        lips_share=0.6,
        shade=0.8,
        shadow_of_beard=0.6,
        beard_tint=(0.06, 0.036, 0.026),
        lines=0.35,
        scalp_tint=(0.04, 0.028, 0.022),
        brow_tint=(0.02, 0.013, 0.01),
        brow_share=0.3,
        rough=0.38,
    ),
    eyes=EyeLook(
        inner=(0.10, 0.045, 0.018), outer=(0.04, 0.02, 0.01), rim=(0.008, 0.005, 0.004), white=(0.58, 0.51, 0.45)
    ),
    brow_colour=(0.014, 0.010, 0.008),
    brow_count=650,
    brow_grey=0.25,
    lash_length=0.8,
)
