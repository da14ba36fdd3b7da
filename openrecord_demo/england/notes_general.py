"""Phrases for everything else that adults bring: pain, mood, skin, women's and men's health, worry. All invented."""

from openrecord_demo.england.presentations import Presentation

GENERAL: tuple[Presentation, ...] = (
    Presentation(
        "back_pain",
        8,
        (18, 90),
        (
            (
                "LBP {w}/52 after lifting. Site lower lumbar, no radiation, worse on bending, {n}/10. No "
                "saddle anaesthesia."
            ),
            "Flare of low back pain {d}/7. Ache, some {side} buttock radiation. Bladder/bowels normal. No wt loss.",
            "Back stiff in mornings <30 min. Desk job. Paracetamol little help. No hx cancer, no night pain.",
        ),
        (
            (
                "Antalgic gait. Paraspinal tenderness, no midline bony tenderness. SLR {side} 70, power "
                "5/5, reflexes present."
            ),
            "Forward flexion limited. No neuro deficit LLs, sensation intact incl perianal by hx.",
        ),
        (
            (
                "Mechanical LBP. Keep active, NSAID short course with food, physio self-referral. CES red "
                "flags given in writing."
            ),
            (
                "Analgesia ladder discussed, exercises sheet. RV {w}/52 if no better. To A&E if numb "
                "saddle/incontinence/leg weakness."
            ),
        ),
        medicines=("ibuprofen", "naproxen", "cocodamol"),
        referral="refer_physio",
    ),
    Presentation(
        "joint_pain",
        4,
        (30, 95),
        (
            "{side} shoulder pain {w}/52, worse overhead, sleeping on it hurts. No trauma. {n}/10.",
            "Knee ache {side}, swelling after walking dog. No locking or giving way.",
            "Hands stiff in am ~20 min, better with use. No FH RA. No psoriasis.",
        ),
        (
            "Painful arc {side}, passive ROM full, cuff power ok. NV intact.",
            "Small effusion {side} knee, crepitus, stable ligaments, ROM 0-120.",
            "Heberden's nodes, no synovitis, squeeze test neg.",
        ),
        (
            "Likely degenerative. Topical NSAID, exercises, wt mx. Bloods to exclude inflammatory. RV with results.",
            "Physio. Consider injection if no better at 6/52. Analgesia prn.",
        ),
        medicines=("paracetamol", "naproxen"),
        tests=("fbc", "crp"),
        referral="refer_physio",
    ),
    Presentation(
        "gout",
        2,
        (35, 90),
        (
            "Acute painful {side} big toe since overnight, cannot bear sheet. Beer at weekend. Prev similar x2.",
            "Hot swollen {side} MTPJ {d}/7. No trauma, no fever.",
        ),
        (
            "1st MTPJ {side} red, hot, exquisitely tender. Apyrexial. No cellulitis.",
            "Swollen ankle, warm. Temp {t}. HR {hr}.",
        ),
        (
            (
                "Acute gout. NSAID + PPI cover 5/7, elevate, ice. Urate in 4/52, discuss allopurinol. "
                "Septic joint safety-net."
            ),
            "Diet/alcohol advice. Start urate lowering once settled.",
        ),
        sex="male",
        medicines=("naproxen",),
        tests=("ue",),
    ),
    Presentation(
        "tatt",
        6,
        (16, 85),
        (
            "TATT {w}/52. Sleep ok 7h. Mood ok. No wt loss, no night sweats. Periods normal. {smoke}. Stress at work.",
            "Exhausted all the time, naps after work. Snores per partner. No polyuria/polydipsia. Diet reasonable.",
            "Feeling drained since {w}/52. No bleeding PR. Low iron in past.",
        ),
        ("Looks well, no pallor, no LN, thyroid NAD. BP {bp}, HR {hr}. Abdo SNT.", "Obs normal. No goitre. PHQ2 neg."),
        (
            "Bloods FBC, U&E, LFT, TFT, HbA1c, ferritin, B12. Sleep hygiene. RV with results 1-2/52.",
            "Discussed common causes. Tired-all-the-time bloods. To book earlier if new sx.",
        ),
        tests=("fbc", "ue", "lft", "tft", "hba1c", "ferritin"),
        signs=("bp",),
    ),
    Presentation(
        "abdominal_pain",
        4,
        (16, 90),
        (
            (
                "Epigastric/central abdo pain on-off {w}/52, colicky, {n}/10, assoc bloating. BO regular, "
                "no PR bleed, no wt loss."
            ),
            "{side} iliac fossa discomfort {d}/7. Eating. No urinary sx. No vaginal bleeding.",
        ),
        (
            "Abdo soft, mild tenderness epigastrium, no guarding/masses. Murphy's neg. BS present.",
            "No peritonism. Hernial orifices clear. Temp {t}. Urine dip NAD.",
        ),
        (
            (
                "?functional/IBS. Bloods + FIT. Food diary. RV {w}/52. Red flags: bleeding, wt loss, "
                "persistent vomiting, severe pain."
            ),
            "Bloods, coeliac screen. Mebeverine OTC trial. Safety-netted re appendicitis.",
        ),
        tests=("fbc", "lft", "crp"),
    ),
    Presentation(
        "gord",
        4,
        (25, 90),
        (
            "Heartburn {w}/52 after meals and lying flat. No dysphagia, no wt loss, no melaena. Coffee ++.",
            "Acid reflux returned since stopping PPI. No haematemesis. NSAIDs occasionally.",
        ),
        ("Abdo soft, mild epigastric tenderness. Wt stable. No pallor.", "No LN. Abdo NAD."),
        (
            (
                "PPI 4/52 then step down. Lifestyle: late meals, wt, alcohol. 2WW criteria not met. RV if "
                "persists/dysphagia."
            ),
            "Restart PPI. H pylori stool if no response.",
        ),
        medicines=("omeprazole",),
    ),
    Presentation(
        "anxiety",
        6,
        (16, 80),
        (
            (
                "Anxious for months, worse {w}/52. Palpitations, poor sleep, ruminating. Work pressure. "
                "GAD7 = {gad}. No TSH."
            ),
            (
                "Panic episodes x{n} this month, on the bus. Avoiding going out. Supportive family. No "
                "DSH. Alcohol minimal."
            ),
            "Tel. Feels overwhelmed, tearful, can't switch off. Mood ok. Protective factors: children, job.",
        ),
        (
            "MSE: kempt, good eye contact, speech normal, mood anxious, no psychosis, insight good.",
            "Appropriate, reactive, engaged. No evidence of risk to self or others. HR {hr} reg.",
        ),
        (
            (
                "Talking therapies self-referral, breathing exercises, exercise. Discussed SSRI, would "
                "like to wait. RV 2-4/52. Crisis nos given."
            ),
            (
                "Start sertraline, warned SEs and initial worsening. RV 2/52. Safety-net: Samaritans 116 "
                "123, NHS 111 option 2."
            ),
        ),
        medicines=("sertraline", "propranolol"),
    ),
    Presentation(
        "depression",
        5,
        (18, 90),
        (
            (
                "Low mood {w}/52, anhedonia, EMW, appetite down. PHQ9 = {phq}. No plans or intent to self "
                "harm. Lives with family."
            ),
            (
                "RV mood. Better on tablets, sleeping 6h. Still flat at times. Back at work part time. No "
                "suicidal thoughts."
            ),
            (
                "Struggling since relationship ended. Tearful daily. Fleeting thoughts life not worth "
                "living, no plans, no prev attempts."
            ),
        ),
        (
            (
                "MSE: subdued, reduced eye contact, normal rate speech, no psychotic features, good "
                "insight. Risk low today."
            ),
            "Brighter than last time. Good rapport. Forward planning.",
        ),
        (
            "Discussed options. SSRI + talking therapy. RV 2/52. Safety plan made, crisis line numbers texted.",
            "Continue same dose min 6/12. Med3 issued. RV 4/52, sooner if dips. Knows how to contact out of hours.",
        ),
        medicines=("sertraline", "citalopram", "fluoxetine"),
        referral="refer_counsellor",
    ),
    Presentation(
        "insomnia",
        2,
        (25, 90),
        (
            "Poor sleep {w}/52, initial insomnia. Screens late. Caffeine x5/day.",
            "Waking 3am, mind racing. Not low in mood.",
        ),
        ("Looks tired. BP {bp}. MSE NAD.", "No snoring/OSA features, neck 38cm."),
        (
            "Sleep hygiene, CBT-i app. Avoid hypnotics - short 3/7 supply only, aware dependence.",
            "Sleep diary, RV {w}/52.",
        ),
        medicines=("zopiclone",),
    ),
    Presentation(
        "migraine",
        3,
        (16, 60),
        (
            "Migraine x{n}/month, unilateral throbbing, photophobia, nausea, aura zigzag 20 min. OTC not enough.",
            "Headache pattern unchanged, worse premenstrually. No thunderclap, no morning vomiting.",
        ),
        ("Neuro exam normal, fundi NAD, BP {bp}. No temporal tenderness.", "Cranial nerves intact, gait normal."),
        (
            "Triptan + NSAID at onset. Headache diary, avoid overuse >10/7 per month. COCP contraindicated with aura.",
            "Prophylaxis propranolol discussed. RV 6/52. Red flags given.",
        ),
        medicines=("sumatriptan", "propranolol"),
        signs=("bp",),
    ),
    Presentation(
        "contact_dermatitis",
        4,
        (5, 85),
        (
            "Itchy rash hands {w}/52, worse at work (cleaning products).",
            "Dry sore skin flexures, flare {d}/7. Emollient ran out.",
        ),
        (
            "Dry erythematous patches dorsum hands, fissuring, no infection.",
            "Mild eczema antecubital fossae, excoriations.",
        ),
        ("Emollient ++, steroid od 1-2/52, gloves/barrier. RV if not settling.", "FTU explained. Soap substitute."),
        medicines=("hydrocortisone", "emollient"),
    ),
    Presentation(
        "hay_fever",
        4,
        (6, 60),
        (
            "Sneezing, itchy eyes since April. Antihistamine partial help. No wheeze.",
            "Hay fever worse this yr, exams coming.",
        ),
        ("Pale boggy turbinates. Chest clear.", "Conjunctival injection bilat. PEFR normal."),
        ("Regular antihistamine + nasal steroid, technique shown. Pollen advice.", "Step up, RV if uncontrolled."),
        medicines=("cetirizine",),
    ),
    Presentation(
        "irregular_periods",
        3,
        (16, 52),
        (
            "Periods irregular 6/12, cycle 21-45 days, heavier. No IMB/PCB. Smear UTD. Not trying to conceive.",
            "Heavy periods with clots, flooding day 2. Tired.",
        ),
        ("Abdo SNT, no masses. BMI noted. BP {bp}.", "Declined exam today, chaperone offered."),
        ("FBC, TFT, ferritin. Pelvic USS. Discussed IUS/TXA. RV with results.", "Safety-net PMB/IMB. Leaflet."),
        sex="female",
        tests=("fbc", "tft", "ferritin"),
        medicines=("desogestrel", "ferrous_sulfate"),
        referral="refer_gynae",
    ),
    Presentation(
        "menopause",
        3,
        (44, 60),
        (
            "Hot flushes, night sweats, poor sleep, brain fog 6/12. LMP 4/12 ago. No VTE/breast ca hx. FH neg.",
            "On HRT 3/12, flushes much better. No bleeding. Breast aware.",
        ),
        ("BP {bp}, BMI recorded.", "Well. No breast exam indicated."),
        (
            "Discussed HRT risks/benefits, start patch + progesterone. RV 3/12, BP check.",
            "Continue. Annual RV. Report bleeding.",
        ),
        sex="female",
        medicines=("hrt_patch", "progesterone"),
        signs=("bp",),
    ),
    Presentation(
        "ankle_sprain",
        3,
        (10, 70),
        (
            "Inversion injury {side} ankle {d}/7 ago playing football, weight bearing.",
            "Tripped on kerb, {side} ankle swollen, can walk 4 steps.",
        ),
        (
            "Lateral swelling/bruising, ATFL tender, no bony tenderness (Ottawa neg). NVI.",
            "ROM limited by pain. Squeeze neg.",
        ),
        ("Sprain. PRICE, early mobilisation, NSAID gel. RV 2/52.", "Physio if unstable. X-ray if unable to WB."),
    ),
    Presentation(
        "dry_eyes",
        2,
        (45, 95),
        ("Gritty eyes {w}/52, worse on screens.", "Eyes watery in wind, sore by evening."),
        ("Mild blepharitis, cornea clear. VA at baseline.", "Lids crusted, no entropion."),
        ("Lid hygiene, drops qds. Optician check.", "Drops as below. RV prn."),
        medicines=("hypromellose",),
    ),
    Presentation(
        "bereavement",
        2,
        (40, 95),
        (
            "Lost husband/wife recently. Coping day at a time, family close. Not sleeping well.",
            "Grieving for parent. Tearful, eating ok.",
        ),
        ("Tearful but appropriate. No risk.", "Reactive, reflective."),
        (
            "Bereavement support line, social prescriber referral. RV 4/52. Listening.",
            "Cruse details texted. Open door.",
        ),
        referral="refer_counsellor",
    ),
    Presentation(
        "chest_pain",
        2,
        (30, 90),
        (
            "Sharp L sided chest pain {d}/7, worse on twisting, not exertional. No SOB, no palps. {smoke}.",
            "Chest tightness walking uphill {w}/52, settles with rest in 5 min. No rest pain.",
        ),
        (
            "HR {hr}, BP {bp}, sats {sats}%. HS normal. Chest wall tender, reproduces pain. Calves SNT. ECG NSR.",
            "Pain free now. HS I+II+0, no oedema. ECG normal sinus.",
        ),
        (
            "MSK chest pain, analgesia. 999 if central crushing/SOB.",
            "?angina - bloods, RACPC referral, aspirin, GTN. 999 advice.",
        ),
        signs=("bp", "pulse"),
        tests=("fbc", "lipids", "hba1c"),
        referral="refer_cardiology",
    ),
    Presentation(
        "weight_loss",
        1,
        (50, 90),
        (
            "Unintentional wt loss ~{n} kg over 3/12. Appetite down. BO looser. No PR bleeding seen. {smoke}.",
            "Clothes looser, family worried. No cough, no dysphagia.",
        ),
        ("Wt recorded, down from last. Abdo soft, no mass felt. No LN. Chest clear.", "Pale. PR nad."),
        (
            "Urgent bloods, FIT, CXR. Explained why, needs rapid investigation. RV 1/52 with results.",
            "2WW discussed and agreed, pt aware this is to exclude cancer and appt within 2 weeks.",
        ),
        tests=("fbc", "ue", "lft", "crp", "ferritin"),
        signs=("weight",),
        referral="two_week_wait",
    ),
)
