"""Speech of other voices and languages with known phone times, and the mouth and tongue that belong to it.

Synthetic voices (flite, eSpeak NG) tell when each phone is spoken; a dominance model of coarticulation, fitted to
recordings of a real mouth, says what lips and jaw do meanwhile.
"""
