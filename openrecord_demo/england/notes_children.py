"""Phrases for babies, children and teenagers. All invented."""

from openrecord_demo.england.presentations import Presentation

CHILDREN: tuple[Presentation, ...] = (
    Presentation(
        "fever",
        8,
        (0, 8),
        (
            "Attends with mum. Fever {d}/7 up to {t}, runny nose, feeding slightly less. Wet nappies ok. No rash.",
            "Dad reports temp {t} since yesterday, cough, playing in between. Immunisations UTD. Siblings well.",
            "Hot and clingy {d}/7, vomited x1. Drinking. No fits. Nursery bug going round.",
        ),
        (
            (
                "Alert, smiling. Temp {t}, HR {hr}, RR {rr}, CRT <2s, sats {sats}%. ENT: red throat. Chest "
                "clear. No rash. NICE green."
            ),
            "Well hydrated, moist mm, good tone. Ears: pink TMs. Abdo SNT. No meningism. No non-blanching rash.",
        ),
        (
            "Viral illness. Fluids, paracetamol if distressed. Traffic light safety-netting + leaflet given to parent.",
            (
                "Green features. Glass test explained. 111/A&E if drowsy, fast breathing, no wet nappy "
                "12h, rash not fading."
            ),
        ),
        signs=("temperature", "pulse", "oxygen_saturation"),
        medicines=("paracetamol_syrup",),
    ),
    Presentation(
        "otitis_media",
        6,
        (0, 10),
        (
            "Earache {side} {d}/7, cried overnight. Fever. No discharge. Eating less.",
            "Pulling at {side} ear, cold sx. Mum giving paracetamol.",
        ),
        (
            "{side} TM red and bulging, no perforation. Mastoid NAD. Temp {t}.",
            "TM dull pink {side}. Throat NAD. Well child.",
        ),
        (
            "AOM. Analgesia first, lasts 3/7. Delayed abx script if no better 3/7.",
            "Abx issued as bilateral <2y. RV if mastoid swelling.",
        ),
        signs=("temperature",),
        medicines=("amoxicillin_syrup",),
    ),
    Presentation(
        "cough",
        7,
        (0, 12),
        (
            "Cough and snuffles {d}/7, worse at night. Feeding 3/4 usual. No apnoea.",
            "Barking cough overnight, settled now. No stridor at rest.",
        ),
        (
            "Happy, no recession, RR {rr}, sats {sats}%. Chest: transmitted sounds, no creps.",
            "Mild coryza. Chest clear, good AE.",
        ),
        (
            "Viral URTI. Saline drops, fluids. Safety-net re work of breathing.",
            "Mild croup, dexamethasone single dose given. 999 if stridor at rest.",
        ),
        signs=("oxygen_saturation", "temperature"),
    ),
    Presentation(
        "wheeze",
        4,
        (1, 12),
        (
            "Wheezy with colds, x{n} this winter. FH atopy. No pets. Nobody smokes at home.",
            "Night cough and wheeze, better with blue inhaler.",
        ),
        (
            "RR {rr}, sats {sats}%, mild exp wheeze, no recession. Speaks in sentences.",
            "Chest clear today. PEFR done if able.",
        ),
        (
            "Salbutamol via spacer prn, technique checked. Wheeze plan given.",
            "Trial ICS 8/52, RV. Asthma plan. 999 if no relief after 10 puffs.",
        ),
        signs=("oxygen_saturation",),
        medicines=("salbutamol", "beclometasone"),
    ),
    Presentation(
        "eczema",
        4,
        (0, 14),
        ("Eczema flare, scratching at night. Using emollient bd.", "Dry itchy patches elbows/knees since {w}/52."),
        ("Flexural eczema, moderate, no weeping.", "Excoriated patches behind knees, not infected."),
        ("Emollient 250g/wk, mild steroid od 1/52. Wet wraps not needed.", "Fire safety re emollients. RV 4/52."),
        medicines=("hydrocortisone", "emollient"),
    ),
    Presentation(
        "vomiting",
        3,
        (0, 12),
        (
            "D&V {d}/7. x{n} loose stools. Taking sips of diluted juice. Wet nappy this am.",
            "Vomited all night, now keeping fluids down.",
        ),
        ("Alert, moist mm, CRT <2s, abdo soft. Wt recorded.", "Quiet but interacting. No dehydration."),
        ("Viral GE. ORS 5ml every 5 min. Exclude nursery 48h.", "Safety-net: blood, bile, drowsy, <half feeds."),
        signs=("temperature",),
    ),
    Presentation(
        "hand_wart",
        2,
        (5, 17),
        ("Wart {side} hand {w}/52. OTC gel tried.", "Verruca sole, sore at PE."),
        ("3mm verrucous papule finger.", "Verruca plantar 4mm."),
        ("Reassure, self-limiting. Salicylic acid, file weekly.", "Duct tape/OTC. No cryo in practice."),
    ),
    Presentation(
        "acne",
        3,
        (12, 24),
        (
            "Acne face and back 1 yr. OTC washes no help. Bothered by it, mood ok.",
            "RV acne, improving on tablets, some scarring.",
        ),
        ("Comedones, papules/pustules face. No nodules.", "Fewer pustules, mild scarring cheeks."),
        ("Topical + lymecycline 3/12, sun/teratogen advice. RV 3/12.", "Continue, then topical only."),
        medicines=("lymecycline",),
    ),
    Presentation(
        "anxiety",
        3,
        (11, 17),
        (
            "Seen with parent then alone. Worry re school and exams, stomach aches, poor sleep. No DSH.",
            "School avoidance {w}/52. Friend group problems. Feels safe at home.",
        ),
        ("Quiet, good rapport when alone. No self harm marks seen. No red flags.", "Appropriate, some eye contact."),
        (
            "School nurse, Kooth, young people's talking therapy. RV 3/52. Confidentiality explained.",
            "CAMHS referral discussed. Crisis nos.",
        ),
        referral="refer_camhs",
    ),
    Presentation(
        "uti_child",
        2,
        (1, 12),
        ("Dysuria and new bedwetting {d}/7. No fever. Constipated.", "Tummy ache, smelly urine, temp {t}."),
        ("Abdo soft, no loin tenderness. Dip leu+ nit+.", "Well, temp {t}. Dip leu ++."),
        ("MSU sent, abx 3/7, fluids, treat constipation.", "RV 48h. USS if atypical."),
        tests=("msu",),
        signs=("temperature",),
        medicines=("amoxicillin_syrup",),
    ),
)
