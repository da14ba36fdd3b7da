"""Phrases that fit many consultations, filing comments, letters and the sensitive stories. All invented."""

SAFETY_NETS: tuple[str, ...] = (
    "Safety-netted, pt understands and agrees.",
    "To return if sx persist, worsen or new concerns.",
    "Aware of out of hours / 111.",
    "ICE explored, concerns addressed.",
    "Shared decision, happy with plan.",
    "Written info texted.",
    "RV SOS.",
    "Understands when to call 999.",
    "Advised to book routine f/u if not improving.",
    "Patient repeated plan back.",
    "No red flags today.",
    "Will check messages for results.",
)

ADMIN_NOTES: tuple[str, ...] = (
    "Tel call from pt re prescription query, sorted with pharmacy.",
    "Fit note requested, issued for 2/52, see MED3.",
    "Letter received and read, no action for GP.",
    "Message sent to book bloods.",
    "Insurance form completed, copy scanned.",
    "Repeat template updated, reauthorised 6/12.",
    "Travel risk form reviewed, appt with nurse.",
    "Failed encounter x1, no answer, text sent.",
)

NORMAL_FILING: tuple[str, ...] = (
    "Normal - no action.",
    "Satisfactory.",
    "Normal for this patient.",
    "No further action. JS",
    "Stable cf last time.",
)

ABNORMAL_FILING: tuple[str, ...] = (
    "Abnormal - please book tel appt with GP, non urgent.",
    "Slightly abnormal, repeat 3/12.",
    "Mildly raised, expected in this patient. No action.",
    "Borderline. Lifestyle advice texted, recheck 6/12.",
    "Needs discussion - make routine appointment.",
    "Low. Script for replacement sent to pharmacy, recheck 8/52.",
    "Above target, medication review to be booked.",
)

LETTER_LINES: dict[str, tuple[str, ...]] = {
    "letter_outpatient": (
        "Cardiology clinic: echo satisfactory, continue medication, discharge to GP.",
        "Orthopaedic clinic: listed for physiotherapy, review in four months.",
        "Dermatology clinic: benign lesion, reassured and discharged.",
        "Rheumatology clinic: disease well controlled, same treatment, review in six months.",
        "ENT clinic: hearing test arranged, nasal spray for three months.",
        "Gynaecology clinic: scan normal, options discussed, patient to decide.",
    ),
    "letter_discharge": (
        "Medical admission with chest infection, two nights, home on antibiotics.",
        "Day case knee arthroscopy, no complications.",
        "Surgical assessment for abdominal pain, bloods and scan normal, home.",
        "Elective cataract surgery, drops for four weeks.",
    ),
    "letter_emergency": (
        "Attended with wrist injury, X-ray no fracture, splint given.",
        "Attended with chest pain, troponin negative, discharged.",
        "Attended after fall, head injury advice given.",
        "Attended with allergic reaction, observed four hours.",
    ),
    "letter_111": ("Caller advised to contact GP within 24 hours.", "Caller advised self-care, rash."),
    "letter_ambulance": ("Attended after faint at home, observations normal, not conveyed.",),
    "letter_eyes": ("No retinopathy, recall 24 months.", "Background retinopathy both eyes, recall 12 months."),
    "letter_radiology": (
        "Chest X-ray: lungs clear.",
        "Pelvic ultrasound: normal study.",
        "Knee X-ray: moderate medial OA.",
    ),
}

REFERRAL_LINES: tuple[str, ...] = (
    "Thank you for seeing this patient whose symptoms persist despite treatment in general practice.",
    "Grateful for your assessment and advice on further management.",
    "Patient aware of referral and has chosen local hospital.",
    "Please see consultation notes; recent bloods attached.",
)

TWO_WEEK_LINES: tuple[str, ...] = (
    "Urgent suspected cancer pathway. Patient told that this is to rule out cancer and will attend within two weeks.",
    (
        "Meets urgent suspected cancer criteria. Patient understands the reason for urgency and "
        "can be contacted by mobile."
    ),
)

THIRD_PARTY_NOTES: tuple[str, ...] = (
    "Neighbour Mrs Joan Tranter rang in confidence, worried pt is not taking tablets and leaving the gas on.",
    "Sister (also pt here) told me she has been diagnosed with Huntington's, pt does not know, asked us not to say.",
    "Son phoned: says his father is drinking again and asked that we do not let on he called.",
    "Social worker D. Marlow shared that pt's brother has just been released from prison and may return home.",
)

ABUSE_NOTES: tuple[str, ...] = (
    (
        "Seen alone. Discloses husband controls money and phone, pushed her against wall last "
        "month. Afraid he reads her app."
    ),
    "Bruising L upper arm, 3 cm, consistent with grip. Photographed with consent. Children not hurt but heard it.",
    "DASH score 11. IDVA referral with consent, safe contact is work number only. Not for letters or texts home.",
)

CHILD_PROTECTION_NOTES: tuple[str, ...] = (
    (
        "Strategy discussion with children's social care after school nurse concern re neglect. "
        "Father must not be told of source."
    ),
    "Brought by mum for cough; quiet, clothes dirty. Mum says father back in the house despite agreement.",
    "Named GP informed. Child on plan under neglect. Next core group in six weeks.",
)

OLD_RECORD_LINES: tuple[str, ...] = (
    "Scanned correspondence from paper record, 1990s psychiatry out-patients.",
    "Paper summary card, childhood illnesses and operations.",
)
