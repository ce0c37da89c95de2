"""Which class a record becomes, and which property each of its fields.

A field means the same in every record that has it, so one table serves all of them; what differs
by record stands in `KIND`.
"""

from __future__ import annotations

from kg.model import figures as f
from kg.model import records as r
from kg.model.row import Row
from kg.namespaces import DCTERMS, FOAF, KG, ORG, PROV, RDF, SDO, SKOS

CLASSES: dict[type[Row], str] = {
    r.Organization: ORG.FormalOrganization, r.Person: FOAF.Person, r.Place: SDO.Place, r.Name: KG.Mention,
    r.Post: ORG.Membership, r.Link: KG.Link, r.Activity: KG.Activity, r.Event: SDO.Event, r.Agreement: KG.Agreement,
    r.Publication: KG.Publication, r.Participation: KG.Participation, f.Flow: KG.FundingFlow,
    f.Conversion: KG.Conversion, f.Allocation: KG.Allocation, r.Concept: SKOS.Concept, f.HeadCount: KG.HeadCount,
    f.Indicator: KG.IndicatorValue, r.Pairing: KG.PairedAssistance, r.Claim: KG.Claim, r.Conflict: KG.Conflict,
    r.Slip: KG.Slip, r.Omission: KG.Omission,
}  # fmt: skip

NARROWER: dict[tuple[type[Row], str], str] = {
    (r.Organization, "government"): KG.Government,
    (r.Organization, "alliance"): ORG.OrganizationalCollaboration,
    (r.Event, "training"): SDO.EducationEvent,
    (r.Event, "reorganization"): ORG.ChangeEvent,
    (r.Participation, "signatory"): KG.Signature,
}
"""A narrower class, where the record's kind (or role) says so; the wider ones are derived by rule."""

KIND: dict[type[Row], str] = {
    r.Organization: KG.organizationKind, r.Place: KG.placeKind, r.Name: KG.nameKind, r.Link: KG.linkKind,
    r.Activity: KG.activityKind, r.Event: KG.eventKind, r.Agreement: KG.agreementKind,
    r.Publication: KG.publicationKind, r.Claim: KG.claimKind, r.Slip: KG.slipKind,
}  # fmt: skip
"""The property of the field `kind`."""

PROPERTIES: dict[str, str] = {
    # names and texts
    "name": SKOS.prefLabel, "title": SKOS.prefLabel, "statement": KG.statement, "contribution": KG.contribution,
    "measure": KG.measure, "category": KG.category, "purpose": KG.purpose, "unit": KG.unit, "standard": KG.standard,
    "printed": KG.printed, "reading": KG.reading, "note": KG.note, "description": DCTERMS.description,
    "reference": DCTERMS.identifier, "spelling": KG.spelling,
    # parties and what they join
    "work": KG.partIn, "agent": PROV.agent, "role": PROV.hadRole, "on_behalf_of": KG.onBehalfOf, "person": ORG.member,
    "organization": ORG.organization, "subject": getattr(KG, "from"), "object": KG.to, "funders": SDO.funder,
    "receivers": KG.receiver, "items": SDO.fundedItem, "paid_from": KG.paidFrom, "paid_into": KG.paidInto,
    "supporting": KG.supportingParty, "supported": KG.supportedParty, "policy": KG.policy, "about": KG.about,
    "area": KG.area, "origins": KG.fromPlace, "claimed_by": KG.claimedBy, "one": KG.between, "other": KG.between,
    "part_of": KG.partOfTotal, "flow": KG.converts,
    # kinds and qualities
    "certainty": KG.certainty, "date_certainty": KG.dateCertainty, "status": KG.status, "tenure": KG.tenure,
    "flow_class": KG.flowClass, "finance_type": KG.financeType, "instrument": KG.instrument, "aid_type": KG.aidType,
    "flow_type": KG.flowType, "tied": KG.tiedStatus, "humanitarian": KG.humanitarian, "stage": KG.stage,
    "boundary": KG.boundary, "uncounted": KG.uncountedReason, "method": KG.conversionMethod, "counted": KG.countUnit,
    "basis": KG.basis, "frequency": KG.frequency, "reason": KG.omissionReason, "qualifier": KG.qualifier,
    # numbers
    "count": KG.count, "share": KG.share, "rate": KG.rate, "rate_source": KG.rateSource, "value": KG.value,
    "upper": KG.upperValue, "edition": KG.edition, "position": KG.position,
    # time
    "start": KG.start, "end": KG.end, "planned_start": KG.plannedStart, "planned_end": KG.plannedEnd,
    "signed_on": KG.signedOn, "issued": KG.issuedOn, "value_date": KG.valueDate, "usage_year": KG.usageYear,
    "rate_date": KG.rateDate, "prices": KG.pricesOf,
}  # fmt: skip
"""The property of each field; `evidence`, `identifiers`, `amount` and the fields of `Name` make nodes of their own."""

OVERRIDES: dict[tuple[type[Row], str], str] = {
    (r.Post, "title"): KG.postTitle,
    (f.Conversion, "amount"): SDO.value,
    (f.Conversion, "currency"): SDO.currency,
    (f.Allocation, "work"): KG.allocates,
    (f.Allocation, "place"): KG.to,
    (f.HeadCount, "work"): KG.countedAt,
    (r.Name, "entity"): KG.mentions,
    (r.Name, "name"): KG.spelling,
}
"""Where a field has a property of its own in one record."""

LABEL_OF_NAME: dict[str, str] = {
    "preferred": SKOS.prefLabel,
    "alternative": SKOS.altLabel,
    "acronym": SKOS.altLabel,
    "short": SKOS.altLabel,
    "former": SKOS.altLabel,
    "misspelling": SKOS.hiddenLabel,
}
"""The label that a further name gives to what it names."""

TYPE = RDF.type
SOURCE_PROPERTIES: dict[str, str] = {
    "title": DCTERMS.title,
    "publisher": DCTERMS.publisher,
    "licence": DCTERMS.rights,
    "language": DCTERMS.language,
    "file": KG.fileName,
    "sha256": KG.sha256,
    "coder": KG.coder,
    "note": KG.note,
}
"""The property of each field of a source; its date is `:issuedOn`."""
