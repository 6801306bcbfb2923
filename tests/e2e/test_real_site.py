"""The comparison page on the real figures of 2020."""

from __future__ import annotations

import json

import pandas as pd


def test_the_page_is_real_and_says_the_known_numbers(real_site):
    claims = json.loads((real_site / "02-comparison-2020.claims.json").read_text(encoding="utf-8"))
    by_id = {claim["id"]: claim for claim in claims}
    assert by_id["population-lwo"]["text"] == "In Leeuwarden Oost wonen 36.760 mensen (2020)."
    share = by_id["social-assistance-share-lwo-lwd"]
    assert round(share["value"], 1) == 12.6
    assert round(share["compare_value"], 1) == 7.0
    assert share["text"] == (
        "Mensen met bijstand: in Leeuwarden Oost is dat 12,6% (2020). Dat ligt 5,6 procentpunt hoger dan in Leeuwarden (7,0%)."
    )


def test_a_model_figure_is_always_called_one(real_site):
    claims = json.loads((real_site / "02-comparison-2020.claims.json").read_text(encoding="utf-8"))
    modelled = [claim for claim in claims if "modelled" in claim["origins"] and claim["indicator"] != "all"]
    assert len(modelled) == 10
    assert all("berekend met een model" in claim["text"] for claim in modelled)


def test_there_is_no_demo_page_and_the_download_is_real(real_site):
    assert not (real_site / "demo").exists()
    table = pd.read_csv(real_site / "data" / "observations.csv")
    assert set(table["origin"]) == {"published", "register", "modelled"}
    oost = table.query("area_id == 'lwo' and indicator_id == 'social_assistance_share' and source_id == 'kwb'")
    assert round(oost["value"].iloc[0], 1) == 12.6


def test_provenance_names_every_table_with_licence_and_vintage(real_site):
    provenance = json.loads((real_site / "02-comparison-2020.prov.json").read_text(encoding="utf-8"))
    assert [item["id"] for item in provenance["inputs"]] == ["kwb-84799ned", "rivm-health-gezondheid-2020"]
    assert all(item["licence"] == "CC BY 4.0" and item["vintage"] for item in provenance["inputs"])
