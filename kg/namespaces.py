"""Namespaces and the terms this project uses of each; a misspelt term fails at once.

The project's own terms are listed here and defined in `ontology/kg.ttl`; a test keeps the two
equal. Terms of other vocabularies are listed as far as they are used; a test checks them against
the closed namespaces that rdflib ships.
"""

from __future__ import annotations

BASE = "https://w3id.org/partnership-kg/"


class Namespace:
    """An IRI prefix that gives only the terms it was made with.

    >>> SKOS.prefLabel
    'http://www.w3.org/2004/02/skos/core#prefLabel'
    """

    def __init__(self, iri: str, terms: str) -> None:
        self.iri = iri
        self.terms = frozenset(terms.split())

    def __getattr__(self, term: str) -> str:
        if term in self.terms:
            return self.iri + term
        raise AttributeError(f"{term!r} is not a term of <{self.iri}> that this project uses")


KG = Namespace(
    BASE + "ontology#",
    # classes
    "Activity Agreement Allocation Claim Conflict Conversion Date FundingFlow Government HeadCount IndicatorValue Link "
    "Mention Omission PairedAssistance Participation Passage Publication Recipe Record Relation Signature Slip Source "
    # relation nodes: parties and what they join
    "about allocates area between claimedBy contribution converts countedAt from fromPlace linkKind mentions "
    "moneyToldBy onBehalfOf paidFrom paidInto partIn policy receiver supportedParty supportingParty to "
    # kinds and qualities
    "activityKind agreementKind aidType basis boundary certainty claimKind conversionMethod "
    "countUnit eventKind financeType flowClass flowType "
    "frequency instrument nameKind omissionReason organizationKind placeKind publicationKind qualifier slipKind stage "
    "status tenure tiedStatus toldAlsoBy uncountedReason "
    # values
    "category count countsInTotals edition humanitarian measure note partOfTotal position postTitle printed purpose "
    "rate rateSource reading share spelling standard statement unit upperValue value "
    # time
    "dateCertainty earliest end issuedOn latest plannedEnd plannedStart precision pricesOf rateDate "
    "signedOn start usageYear valueDate year "
    # evidence and sources
    "coder evidence file fileName record sha256 "
    # derived shortcuts
    "basedIn carries carriesOut cites coFundedWith conflictsWith covers fundedBy governs partnerOf "
    "receivesIn siblingOf takesPartIn thirdPartyTo visited "
    # annotations that programs read
    "carryingRole impliesRole joins kind receivingRole shortcut widerClass",
)

DCTERMS = Namespace(
    "http://purl.org/dc/terms/",
    "creator description identifier isPartOf isReplacedBy language publisher rights source title",
)
FOAF = Namespace("http://xmlns.com/foaf/0.1/", "Person")
OA = Namespace("http://www.w3.org/ns/oa#", "TextPositionSelector end hasSource start")
ORG = Namespace(
    "http://www.w3.org/ns/org#",
    "ChangeEvent FormalOrganization Membership Organization OrganizationalCollaboration OrganizationalUnit identifier "
    "member memberOf organization unitOf",
)
OWL = Namespace("http://www.w3.org/2002/07/owl#", "Class DatatypeProperty ObjectProperty Ontology AnnotationProperty")
PROV = Namespace(
    "http://www.w3.org/ns/prov#",
    "Activity Association Entity SoftwareAgent agent hadRole used value wasAssociatedWith wasDerivedFrom "
    "wasGeneratedBy wasInformedBy",
)
RDF = Namespace("http://www.w3.org/1999/02/22-rdf-syntax-ns#", "type")
RDFS = Namespace("http://www.w3.org/2000/01/rdf-schema#", "Class comment domain label range subClassOf subPropertyOf")
SDO = Namespace(
    "https://schema.org/",
    "AdministrativeArea Country EducationEvent Event MonetaryAmount Place about amount containedInPlace currency "
    "fundedItem funder location softwareVersion superEvent value version",
)
SKOS = Namespace(
    "http://www.w3.org/2004/02/skos/core#",
    "Concept ConceptScheme altLabel broader closeMatch definition exactMatch hiddenLabel inScheme notation prefLabel",
)
VOID = Namespace("http://rdfs.org/ns/void#", "triples")
XSD = Namespace("http://www.w3.org/2001/XMLSchema#", "boolean date decimal integer string")

CODE = BASE + "code/"
"""A code is `CODE + scheme + "/" + notation`, as in `code/role/organizer`."""

ID = BASE + "id/"
"""A thing that a source speaks of is `ID + source + "/" + local id`; `country/TZ` and `region/CN-GZ` are shared."""

SOURCE = BASE + "source/"
"""A source, and the named graph that holds its statements."""

DATE = BASE + "date/"
"""A date is `DATE + EDTF text`, as in `date/2009-07`."""

RECIPE = BASE + "recipe/"
"""A recipe is `RECIPE + name`, as in `recipe/partnership`."""

GRAPH = BASE + "graph/"
"""The graphs that a publish makes: `ontology`, `derived`, `identity`, `provenance`."""

SCHEMES = (
    "activity-kind agreement-kind basis certainty claim-kind conversion-method count-unit event-kind finance-type "
    "flow-boundary flow-class flow-stage frequency link-kind name-kind omission-reason organization-kind place-kind "
    "publication-kind qualifier role slip-kind status tenure uncounted-reason"
).split()
"""The project's own code lists; each is a SKOS concept scheme in `ontology/codelists/`."""

IATI_SCHEMES = [
    f"iati-{name}"
    for name in (
        "activity-date-type activity-scope activity-status aid-type-category aid-type-vocabulary aid-type "
        "budget-identifier-sector-category budget-identifier-sector budget-identifier-vocabulary "
        "budget-identifier budget-not-provided budget-status budget-type cashand-voucher-modalities "
        "collaboration-type condition-type contact-type country crs-add-other-flags crs-channel-code currency "
        "description-type disbursement-channel document-category-category document-category "
        "earmarking-category file-format finance-type-category finance-type flow-type gazetteer-agency "
        "geographic-exactness geographic-location-class geographic-location-reach geographic-vocabulary "
        "geographical-precision humanitarian-scope-type humanitarian-scope-vocabulary "
        "iati-organisation-identifier indicator-measure indicator-vocabulary language loan-repayment-period "
        "loan-repayment-type location-type-category location-type organisation-identifier "
        "organisation-registration-agency organisation-role organisation-type other-identifier-type "
        "policy-marker-vocabulary policy-marker policy-significance publisher-type region-vocabulary region "
        "related-activity-type result-type result-vocabulary sector-category sector-vocabulary sector "
        "tag-vocabulary tied-status transaction-type unsdg-goals unsdg-targets verification-status version"
    ).split()
]
"""The code lists of the IATI standard, concept schemes there too; `docs/make_code_lists.py` makes them."""

PREFIXES = {
    "": KG.iri, "kg": KG.iri, "dcterms": DCTERMS.iri, "foaf": FOAF.iri, "oa": OA.iri, "org": ORG.iri, "owl": OWL.iri,
    "prov": PROV.iri, "rdf": RDF.iri, "rdfs": RDFS.iri, "schema": SDO.iri, "skos": SKOS.iri, "void": VOID.iri,
    "xsd": XSD.iri, "sh": "http://www.w3.org/ns/shacl#", "id": ID, "source": SOURCE, "date": DATE, "graph": GRAPH,
    "recipe": RECIPE, "country": ID + "country/", "region": ID + "region/",
    **{scheme: f"{CODE}{scheme}/" for scheme in (*SCHEMES, *IATI_SCHEMES)},
}  # fmt: skip
"""Prefixes that every query may use without declaring them."""
