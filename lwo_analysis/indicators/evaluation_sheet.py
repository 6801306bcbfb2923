"""One-page evaluation sheet for the home-insulation programme: what can be known, how, and what must be recorded now."""

from __future__ import annotations

from dataclasses import dataclass

from lwo_analysis.catalogue.interventions import Text
from lwo_analysis.errors import ParameterError
from lwo_analysis.indicators.dose import DoseCeiling, dose_ceiling
from lwo_analysis.indicators.minimal_effects import mde_at_threshold, sample_size_at_threshold, years_until_visible

FOUR_WIJKEN = ("bilgaard", "oud-oost", "heechterp-schieringen", "vrijheidswijk")
LEFT_OUT = "camminghaburen"


@dataclass(frozen=True)
class InsulationInputs:
    """What the sheet is calculated from.

    Attributes
    ----------
    dwellings : int
        Planned (001:771).
    stock, stock_four : int
        Dwellings in the five wijken and in the four that take part (KWB 2024).
    value_limit_eur : float
        Property-value limit of the pilot; the limit after the pilot must be confirmed.
    pilot_take_up : float
        "Driekwart" of the owners asked said yes.
    first_year, last_year : int
        Broad roll-out.
    saving_per_dwelling : float or None
        Relative fall in gas use of one insulated dwelling; no public figure for these homes, so None until it is measured.
    panel_mde : float or None
        Placebo-based MDE of gas use in the panel of wijken (relative); None until the panel is there.
    """

    dwellings: int = 1610
    stock: int = 19_914
    stock_four: int = 15_063
    value_limit_eur: float = 160_000.0
    pilot_take_up: float = 0.75
    first_year: int = 2024
    last_year: int = 2031
    saving_per_dwelling: float | None = None
    panel_mde: float | None = None


@dataclass(frozen=True)
class ThresholdDesign:
    """The comparison just below and just above the property-value limit.

    Attributes
    ----------
    limit_eur : float
        The limit, in euro.
    take_up : float
        Difference in participation between the two sides, 0 to 1.
    sample_sizes : tuple of (float, int)
        Effect in standard deviations of the outcome, and dwellings needed within the bandwidth, both sides together.
    whole_programme_mde : float
        MDE if as many dwellings as the programme insulates lay within the bandwidth; it will be fewer, so this is a lower limit.
    conditions : tuple of Text
        What must hold, and how it is checked.
    """

    limit_eur: float
    take_up: float
    sample_sizes: tuple[tuple[float, int], ...]
    whole_programme_mde: float
    conditions: tuple[Text, ...]


@dataclass(frozen=True)
class EvaluationSheet:
    """The sheet.

    Attributes
    ----------
    treated_areas, comparison_area : tuple of str and str
        Ids of the areas.
    designs, register_now : tuple of Text
        The comparisons that can be made, and what must be written down before the work starts.
    threshold : ThresholdDesign
        The comparison at the limit.
    share_of_stock, share_of_four : DoseCeiling
        Dwellings treated over the dwellings of the five, and of the four, wijken.
    yearly_share_of_four : float
        Treated share added per year if the work is spread evenly.
    ceiling_gas : float or None
        Largest relative fall of mean gas use in the four wijken; None without a saving per dwelling.
    saving_needed : float or None
        Saving per dwelling from which the finished programme exceeds the MDE of the panel; None without that MDE.
    years_until_visible : float or None
        Years after the start; infinity when not before the end of the roll-out.
    verdict : Text
        One sentence, which follows from the numbers.
    to_confirm : tuple of Text
        What rests on press of before the final rules.
    """

    treated_areas: tuple[str, ...]
    comparison_area: str
    designs: tuple[Text, ...]
    share_of_stock: DoseCeiling
    share_of_four: DoseCeiling
    yearly_share_of_four: float
    ceiling_gas: float | None
    saving_needed: float | None
    years_until_visible: float | None
    threshold: ThresholdDesign
    register_now: tuple[Text, ...]
    to_confirm: tuple[Text, ...]
    verdict: Text


DESIGNS = (
    Text(
        "Verschil in verschillen: de vier wijken tegen Camminghaburen en tegen vergelijkbare wijken elders",
        "Difference in differences: the four wijken against Camminghaburen and against matched wijken elsewhere",
    ),
    Text(
        "Grens in WOZ-waarde: woningen net onder en net boven de grens",
        "Property-value limit: dwellings just below and just above",
    ),
    Text(
        "Volgorde van uitvoering: blokken die eerst en later aan de beurt zijn",
        "Order of roll-out: blocks treated first and later",
    ),
)
CONDITIONS = (
    Text(
        "De WOZ-waarde telt van voor de bekendmaking; anders kan bezwaar de kant bepalen",
        "The value dates from before the announcement",
    ),
    Text(
        "Geen sprong in het aantal woningen rond de grens (dichtheidstoets)",
        "No jump in the number of dwellings at the limit (density test)",
    ),
    Text(
        "Geen sprong in bouwjaar, oppervlak en gasverbruik van daarvoor",
        "No jump in building year, floor area and earlier gas use",
    ),
    Text("Geen andere regeling gebruikt dezelfde grens", "No other scheme uses the same limit"),
)
REGISTER_NOW = (
    Text("Elke aanvraag, ook afgewezen en ingetrokken, met datum", "Every application, refused and withdrawn too, with its date"),
    Text("WOZ-waarde en peildatum die voor de toelating gebruikt zijn", "Property value and reference date used for admission"),
    Text(
        "Adres (BAG-nummer) van behandelde en wachtende woningen, bij de gemeente bewaard",
        "Address (BAG number) of treated and waiting dwellings, kept by the municipality",
    ),
    Text(
        "Datum van uitvoering, maatregelen, kosten, energielabel voor en na",
        "Date of works, measures, costs, energy label before and after",
    ),
    Text("Waarom een blok eerder of later aan de beurt kwam; liefst loten", "Why a block came earlier or later; best by lot"),
    Text("Eigenaar-bewoner of verhuurder, en de huur voor en na", "Owner-occupier or landlord, and the rent before and after"),
    Text(
        "Toestemming om gasverbruik en gezondheid in de microdata te volgen", "Consent to follow gas use and health in microdata"
    ),
)
TO_CONFIRM = (
    Text(
        "Of de vier wijken na 2024 dezelfde zijn (bron: pers 2021)",
        "Whether the four wijken are the same after 2024 (source: press 2021)",
    ),
    Text(
        "De WOZ-grens na de proef (proef: tot 160.000 euro)",
        "The property-value limit after the pilot (pilot: up to 160,000 euro)",
    ),
)


def insulation_evaluation_sheet(inputs: InsulationInputs | None = None) -> EvaluationSheet:
    """Return the evaluation sheet of the home-insulation programme.

    Parameters
    ----------
    inputs : InsulationInputs, optional
        Published numbers unless given. The saving per dwelling and the MDE of the panel have no default: without them the
        sheet says what is needed instead of what will be seen.

    Raises
    ------
    ParameterError
        Numbers contradict each other (more dwellings than stock, years in the wrong order).
    """
    given = inputs or InsulationInputs()
    _check(given)
    five = dose_ceiling(given.dwellings, given.stock, basis=Text("KWB 2024, vijf wijken", "KWB 2024, five wijken"))
    four = dose_ceiling(given.dwellings, given.stock_four, basis=Text("KWB 2024, vier wijken", "KWB 2024, four wijken"))
    yearly = four.ceiling / (given.last_year - given.first_year + 1)
    gas = None if given.saving_per_dwelling is None else four.ceiling * given.saving_per_dwelling
    years = _years(given, yearly)
    return EvaluationSheet(
        treated_areas=FOUR_WIJKEN,
        comparison_area=LEFT_OUT,
        designs=DESIGNS,
        share_of_stock=five,
        share_of_four=four,
        yearly_share_of_four=yearly,
        ceiling_gas=gas,
        saving_needed=None if given.panel_mde is None else given.panel_mde / four.ceiling,
        years_until_visible=years,
        threshold=threshold_design(given),
        register_now=REGISTER_NOW,
        to_confirm=TO_CONFIRM,
        verdict=_verdict(gas, given.panel_mde, years),
    )


def threshold_design(inputs: InsulationInputs) -> ThresholdDesign:
    """Return what the comparison at the property-value limit can see, and how many dwellings it takes.

    Parameters
    ----------
    inputs : InsulationInputs
        Dwellings, limit and take-up.
    """
    sizes = tuple((effect, sample_size_at_threshold(effect, take_up=inputs.pilot_take_up)) for effect in (0.2, 0.3, 0.5))
    mde = mde_at_threshold(inputs.dwellings, take_up=inputs.pilot_take_up)
    return ThresholdDesign(inputs.value_limit_eur, inputs.pilot_take_up, sizes, mde, CONDITIONS)


def _years(inputs: InsulationInputs, yearly: float) -> float | None:
    if inputs.saving_per_dwelling is None or inputs.panel_mde is None:
        return None
    horizon = inputs.last_year - inputs.first_year + 1
    return years_until_visible(yearly * inputs.saving_per_dwelling, inputs.panel_mde, accumulates=True, horizon=horizon)


def _verdict(gas: float | None, mde: float | None, years: float | None) -> Text:
    if gas is None or mde is None or years is None:
        return Text(
            "Nog niet te zeggen: de besparing per woning of de ruis in het gasverbruik is niet bekend.",
            "Cannot be said yet: the saving per dwelling or the noise in gas use is not known.",
        )
    if years == float("inf"):
        return Text("Niet zichtbaar in wijkcijfers; wel per woning.", "Not visible in area figures; it is per dwelling.")
    return Text(f"Zichtbaar in wijkcijfers na {years:g} jaar.", f"Visible in area figures after {years:g} years.")


def _check(inputs: InsulationInputs) -> None:
    ordered = 0 < inputs.dwellings <= inputs.stock_four <= inputs.stock and inputs.first_year <= inputs.last_year
    if not ordered:
        raise ParameterError(
            "inputs",
            expected="dwellings <= stock of four <= stock, years in order",
            found=repr(inputs),
            remedy="correct the numbers",
        )
