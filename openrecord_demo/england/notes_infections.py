"""Phrases for infections and minor illness in adults, as general practitioners write them. All invented."""

from openrecord_demo.england.presentations import Presentation

INFECTIONS: tuple[Presentation, ...] = (
    Presentation(
        "cough",
        9,
        (16, 100),
        (
            "{d}/7 hx cough, initially dry now productive of clear sputum. No haemoptysis. Eating and drinking ok.",
            "Cough since URTI {w}/52 ago, worse at night. No SOB, no wt loss, no night sweats. {smoke}.",
            "Dry cough {d}/7, runny nose, headache. Home covid test neg. No chest pain, no calf pain.",
            "Ongoing cough ?post viral. Sleep disturbed. Denies wheeze, no reflux sx. No foreign travel.",
        ),
        (
            "O/E looks well, chest clear, good air entry both bases. RR {rr}, sats {sats}% on air, temp {t}.",
            "Apyrexial, speaking in full sentences. Throat NAD. Chest: no creps, no wheeze. HS I+II+0.",
            "Comfortable at rest. sats {sats}%, HR {hr} reg. Chest clear.",
        ),
        (
            "Imp viral. Explained natural hx up to 3/52. Fluids, simple analgesia, no abx indicated.",
            "Self-care advice, honey/lemon. CXR if persists >3/52. Patient happy with plan.",
            "Advised likely post-viral. Review if not settling in {w}/52 or sooner if SOB, haemoptysis, wt loss.",
        ),
        signs=("temperature", "oxygen_saturation", "pulse"),
    ),
    Presentation(
        "lrti",
        5,
        (16, 100),
        (
            "{d}/7 productive cough, green sputum, feverish and achy. SOBOE. Pleuritic twinge {side} side. {smoke}.",
            "Chesty cough {d}/7 not improving. Rigors last night. Appetite down, drinking. No haemoptysis.",
            "Worsening cough, sputum now purulent. Off work {d}/7. PMH as listed. NKDA confirmed with pt.",
        ),
        (
            "Temp {t}, HR {hr}, RR {rr}, sats {sats}% OA. Coarse creps {side} base, no bronchial breathing. CRB65 = 0.",
            "Looks under the weather, not toxic. Reduced AE {side} base with creps. BP {bp}. No confusion.",
            "sats {sats}%, RR {rr}. Scattered wheeze, {side} basal crackles. Calves SNT.",
        ),
        (
            (
                "Imp LRTI. Abx as below, fluids, regular paracetamol. Safety-netted re SOB, chest pain, "
                "confusion, haemoptysis."
            ),
            "Treat as LRTI. CXR in 6/52 if smoker/over 50. Return if no better 48-72h or worse at any time.",
            "Abx issued, complete course. Discussed sepsis red flags, 999 if lips blue/drowsy/struggling to breathe.",
        ),
        signs=("temperature", "oxygen_saturation", "pulse"),
        medicines=("amoxicillin", "doxycycline", "clarithromycin"),
        tests=("crp",),
    ),
    Presentation(
        "sore_throat",
        5,
        (16, 65),
        (
            "Sore throat {d}/7, hurts to swallow, managing fluids. No cough. No trismus or drooling.",
            "ST + fever {d}/7. Contacts with same. No rash, no neck stiffness. Voice normal.",
            "Throat pain {n}/10, worse on {side}. Taking paracetamol with some relief.",
        ),
        (
            "O/E tonsils enlarged, no exudate, uvula central. No cervical LN. Temp {t}. FeverPAIN 1.",
            "Throat red, no quinsy, no stridor. Ears NAD. Temp {t}.",
            "Mild pharyngeal erythema only. Neck supple, no rash.",
        ),
        (
            "Likely viral. Fluids, difflam, analgesia. No abx today, explained why. RV if unable to swallow.",
            "FeverPAIN low, self-care. Usually settles within 1/52. To call back if worse or not better in 1/52.",
        ),
        signs=("temperature",),
        tests=(),
    ),
    Presentation(
        "tonsillitis",
        3,
        (5, 40),
        (
            "{d}/7 severe sore throat, fever, off food. No cough/coryza. Similar episode last year x1.",
            "Sore throat with pus seen at home, swollen glands. Drinking small amounts. PU normally.",
        ),
        (
            "Temp {t}. Bilateral tonsillar exudate, tender ant cervical LN. No quinsy. FeverPAIN 4.",
            "Tonsils 3+ with exudate, uvula midline, no trismus. Abdo SNT, no splenomegaly.",
        ),
        (
            "Acute tonsillitis. Pen V, analgesia, soft diet. Safety-net: quinsy, dehydration, airway sx -> A&E.",
            (
                "Delayed script discussed, wishes to start. NKDA. Complete 5-10/7 course. RV if recurrent "
                "for ENT criteria."
            ),
        ),
        signs=("temperature",),
        medicines=("penicillin_v",),
        tests=("throat_swab",),
    ),
    Presentation(
        "cystitis",
        6,
        (16, 95),
        (
            "{d}/7 dysuria, frequency, urgency. No loin pain, no fever, no haematuria. LMP normal, not pregnant.",
            "Burning PU {d}/7, nocturia x4, suprapubic discomfort. No vaginal discharge. Last UTI 8/12 ago.",
            "Cloudy offensive urine, frequency. No rigors, no vomiting. Drinking plenty.",
        ),
        (
            (
                "Temp {t}, HR {hr}. Abdo soft, mild suprapubic tenderness, no renal angle tenderness. Dip: "
                "nit+ leu++ bld trace."
            ),
            "Well, apyrexial. Loins NT. Urine dip leu ++, nitrite pos, protein neg.",
        ),
        (
            "Lower UTI. Nitrofurantoin 3/7, MSU sent. Fluids, voiding advice. Call if loin pain, fever or vomiting.",
            "Rx as below, await MSU. Safety-netted re pyelonephritis/sepsis. Recurrent UTI leaflet texted.",
        ),
        sex="female",
        signs=("temperature",),
        medicines=("nitrofurantoin",),
        tests=("msu",),
    ),
    Presentation(
        "sinusitis",
        3,
        (16, 80),
        (
            "Facial pain and congestion {d}/7 after cold. Worse bending forward. Greenish nasal discharge.",
            "Blocked nose, frontal headache {n}/10, tooth ache upper {side}. No visual sx, no photophobia.",
        ),
        (
            "Maxillary tenderness {side}. No periorbital swelling, eye movements full. Temp {t}.",
            "Nasal mucosa congested. No facial swelling, neuro grossly intact.",
        ),
        (
            (
                "Acute sinusitis <10/7: saline rinse, analgesia, steroid spray OTC. No abx now. Red flags: "
                "eye swelling, severe headache."
            ),
            "Explained lasts 2-3/52. Back if systemically unwell or not better after 3/52.",
        ),
        signs=("temperature",),
    ),
    Presentation(
        "suspected_covid",
        3,
        (16, 95),
        (
            "LFT positive {d}/7 ago. Cough, aches, lost taste. Not breathless. Vaccinated.",
            "Tel call. Fever and fatigue {d}/7, household contacts positive. Managing at home, drinking.",
        ),
        (
            "Telephone - able to complete sentences, no audible wheeze. Home sats {sats}%.",
            "Video: looks tired, RR {rr} by counting, no accessory muscle use.",
        ),
        (
            "Covid advice, rest, paracetamol. Home oximeter, 999 if sats <92% or new SOB at rest.",
            "Not eligible for antivirals. Self care + safety-netting. Fit note if >7/7.",
        ),
        signs=("oxygen_saturation",),
    ),
    Presentation(
        "conjunctivitis",
        2,
        (1, 90),
        (
            "Sticky {side} eye {d}/7, lids stuck am. No pain, no photophobia, vision ok. Not a CL wearer.",
            "Red gritty eyes {d}/7. Colleague has same. No FB sensation.",
        ),
        (
            "Conjunctiva injected {side}, mucopurulent discharge, pupils equal and reactive, VA unchanged.",
            "Bilateral mild injection, cornea clear with fluorescein, no ulcer.",
        ),
        (
            (
                "Bacterial conjunctivitis. Bathe with cooled boiled water; drops if no better 3/7. Eye "
                "casualty if pain/vision change."
            ),
            "Lid hygiene, handwashing, separate towels. No school exclusion needed.",
        ),
        medicines=("chloramphenicol_drops",),
    ),
    Presentation(
        "tinea_pedis",
        2,
        (12, 85),
        (
            "Itchy between toes {w}/52. Gym user. OTC cream helped briefly.",
            "Peeling skin {side} foot, itch. Not diabetic.",
        ),
        ("Maceration 4th web space {side}, no cellulitis.", "Scaly rash interdigital. Nails ok. Pulses palpable."),
        (
            "Athletes foot. Cream bd, continue 1/52 after clear. Dry feet well.",
            "Rx. Footwear advice. Return if spreading redness.",
        ),
        medicines=("terbinafine",),
    ),
    Presentation(
        "vomiting",
        3,
        (16, 90),
        (
            "D&V {d}/7, x{n} loose stools/day, no blood. Keeping sips down. Ate takeaway. No recent travel or abx.",
            "Vomiting since yesterday, crampy abdo pain then diarrhoea. Family member same. PU'd this am.",
        ),
        (
            (
                "Mildly dry mucous membranes, CRT <2s, HR {hr}, BP {bp}. Abdo soft, generalised mild "
                "tenderness, BS active."
            ),
            "Apyrexial, abdo SNT, no guarding. Not clinically dehydrated.",
        ),
        (
            (
                "Gastroenteritis. ORS, 48h exclusion from work. Sick day rules - pause metformin/ACEi if "
                "relevant. RV if blood, severe pain."
            ),
            "Fluids little and often. Stool sample if >7/7. Safety-netted re dehydration.",
        ),
        signs=("pulse", "temperature"),
    ),
)
