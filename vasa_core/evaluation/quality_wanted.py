"""The figures of `vasa eval`: what each is called, its unit, and the range that is wanted."""

from dataclasses import dataclass
from math import inf


@dataclass(frozen=True)
class Wanted:
    """One line of the table."""

    key: str
    title: str
    low: float = -inf
    high: float = inf
    unit: str = ""
    digits: int = 2

    @property
    def asked(self) -> bool:
        """Whether there is a range to reach."""
        return self.low > -inf or self.high < inf

    @property
    def range(self) -> str:
        """The range in words."""
        if not self.asked:
            return ""
        if self.low == -inf:
            return f"up to {self._number(self.high)}"
        if self.high == inf:
            return f"from {self._number(self.low)}"
        return f"{self._number(self.low)} to {self._number(self.high)}"

    def _number(self, value: float) -> str:
        return f"{value:.0%}" if self.unit == "%" else f"{value:g}"

    def show(self, value: float) -> str:
        """A value in this line's unit."""
        if value != value:
            return "-"
        if self.unit == "%":
            return f"{value:.1%}"
        return f"{value:.{self.digits}f}" + (f" {self.unit}" if self.unit else "")

    def reached(self, value: float) -> bool:
        """Whether a value lies in the range; anything does where there is none."""
        return self.low <= value <= self.high


CLIPS = (
    Wanted("opening_correlation", "lip opening, correlation with the recording", 0.91, unit=""),
    Wanted("opening_correlation_worst", "... of the worst clip"),
    Wanted("width_correlation", "mouth width, correlation"),
    Wanted("lag_ms", "lag of the lips (late: positive)", -20, 20, "ms", 0),
    Wanted("width_lag_ms", "... of the mouth's width", unit="ms", digits=0),
    Wanted("amplitude_ratio", "size of the opening over the recording's"),
    Wanted("velocity_error", "error of the opening's velocity over its mean"),
    Wanted("closure_recall", "closures where p, b and m begin a word", 0.95, unit="%"),
    Wanted("contact_error_frames", "... frames from the recording's closure, median", high=1, digits=1),
    Wanted("false_closures", "closed where the recording is wide open", high=0.05, unit="%"),
    Wanted("silence_speed", "speed of the lips in silence over that in speech (95%)", high=0.10, digits=3),
    Wanted("silence_opening", "opening in silence over that in speech (95%)", high=0.10, digits=3),
)
JITTER = (
    Wanted("head_jitter", "head rotation above 8 Hz, power over the recordings'", high=1.2),
    Wanted("head_jitter_share", "... as shares of the whole motion"),
    Wanted("lip_jitter", "lip opening above 12 Hz, power over the recordings'", high=1.2),
    Wanted("lip_jitter_share", "... as shares of the whole motion"),
)
TIE = (
    Wanted("tie", "head speed and voice, coherence at 1-2 Hz", digits=3),
    Wanted("tie_shuffled", "... with other voices, mean", digits=3),
    Wanted("tie_p", "... p (permutations)", high=0.01, digits=4),
)
DIVERSITY = (
    Wanted("seeds_apart", "head paths of two seeds are apart", unit="deg"),
    Wanted("clips_apart", "head paths of two clips are apart", unit="deg"),
    Wanted("diversity", "the first over the second", 0.5),
)
LIFE = (
    Wanted("opening_95", "lip opening, 95th percentile", 0.16, 0.25, digits=3),
    Wanted("mouth_width_sd", "mouth width SD", 0.035, 0.06, digits=3),
    Wanted("brow_sd", "brow height SD", 0.02, 0.04, digits=3),
    Wanted("head_sd_pitch", "head SD, pitch", 2, 4, "deg"),
    Wanted("head_sd_yaw", "head SD, yaw", 2.5, 5.5, "deg"),
    Wanted("head_sd_roll", "head SD, roll", 1.5, 3.5, "deg"),
    Wanted("head_delta", "head, mean change in 1/25 s (delta-P)", 0.35, 0.55, "deg"),
    Wanted("blinks_per_minute", "blinks a minute", 15, 30, digits=1),
    Wanted("blink_closing_ms", "lids close in", 70, 130, "ms", 0),
    Wanted("blink_opening_ms", "lids open in", 150, 320, "ms", 0),
    Wanted("blink_full", "blinks that shut the eye", 0.95, unit="%"),
    Wanted("blink_interval_s", "interval of blinks, median of the log-normal fit", unit="s"),
    Wanted("blink_interval_sigma", "... its sigma"),
    Wanted("blink_interval_p", "... p of the fit (log-normal: not small)", 0.05, digits=3),
    Wanted("gaze_hold_s", "gaze rests on the viewer, mean", unit="s"),
    Wanted("gaze_avert_s", "gaze averts, mean", unit="s"),
    Wanted("gaze_away", "share of the time averted", unit="%"),
)
IDLE = (
    Wanted("blinks_per_minute", "blinks a minute", 10, 22, digits=1),
    Wanted("blink_full", "blinks that shut the eye", 0.95, unit="%"),
    Wanted("head_sd_pitch", "head SD, pitch", unit="deg"),
    Wanted("head_sd_yaw", "head SD, yaw", unit="deg"),
    Wanted("gaze_hold_s", "gaze rests on the viewer, mean", unit="s"),
    Wanted("gaze_avert_s", "gaze averts, mean", unit="s"),
    Wanted("opening_95", "lip opening, 95th percentile", digits=3),
)
CONTROLS = (
    Wanted("gaze_error_deg", "gaze asked -15 to 15 degrees, mean error", high=3, unit="deg"),
    Wanted("gaze_error_worst_deg", "... of the worst direction", unit="deg"),
    Wanted("distance_error", "distance asked 0.8 to 1.3, mean error", high=0.02, unit="%"),
    Wanted("distance_error_worst", "... of the worst distance", unit="%"),
    Wanted("drawn_gaze_error_deg", "gaze on the drawn face, mean error (tracker's included)", unit="deg"),
    Wanted("drawn_distance_error", "distance on the drawn face, mean error", high=0.02, unit="%"),
    Wanted("emotions_recognised", "emotions recognised by fixed rules, of 8 with neutral", 7, digits=0),
)
