//! Importing applications: examined on a snapshot, written in slices behind an import that is not finished, shown
//! by one last command. A process that dies in between leaves nothing that anybody sees.

use std::collections::HashMap;

use serde_json::json;

use super::filing;
use crate::contract::codes::{IMPORT_ALREADY_DONE, IMPORT_CHANGED, IMPORT_DEAL_TWICE};
use crate::contract::form::Form;
use crate::contract::import::{self, Entry, Problem};
use crate::contract::model::{AttachmentKind, Import, ImportId, Record, State, Step, StepKind};
use crate::contract::rules::form::{Filing, check_filing};
use crate::contract::rules::{amounts, duplicates};
use crate::contract::store;
use crate::db::{Conn, Tx};
use crate::files::model::StoredFile;
use crate::identity;
use crate::kernel::actor::Actor;
use crate::kernel::change::NewChange;
use crate::kernel::codes_common::NOT_FOUND;
use crate::kernel::error::Refusal;
use crate::kernel::money::Fen;
use crate::kernel::permission::Permission;
use crate::kernel::time::{Day, UtcTime};
use crate::papers::xlsx::{self, Limits};
use crate::reference;

/// Applications in one command at most: about 50 statements.
pub const SLICE_ENTRIES: usize = 10;
/// Problems that one answer tells.
const PROBLEMS_MAX: usize = 1_000;
/// Drafts that one slice of sweeping removes.
const SWEEP_DRAFTS: i64 = 50;
/// An import takes seconds.
const ABANDONED_AFTER_SECONDS: i64 = 3600;

/// What a file holds: forms that may all be filed but for their files, or what is wrong with them.
#[derive(Debug, Default)]
pub struct Examined {
    pub forms: Vec<Form>,
    pub problems: Vec<Problem>,
    /// There are more problems than these.
    pub more: bool,
}

/// How a file is read for an import.
pub fn import_limits() -> Limits {
    Limits { rows_max: 20_000, columns_max: 80, cells_max: 400_000, sheets_max: 8, ..Limits::default() }
}

/// Reads the file and holds every application against the rules for filing, as if its main text were attached.
pub fn examine(conn: &mut Conn, actor: &Actor, bytes: &[u8], today: Day) -> Result<Examined, Refusal> {
    actor.permit(Permission::ContractWrite)?;
    let person = actor.person()?;
    let pages = xlsx::read_pages(bytes, &import_limits())?;
    let read = import::read(&pages)?;
    let mut problems = read.problems;
    let applicant = identity::service::organisation(conn, person.organisation)?.profile.credit_code;
    let profile = reference::service::profile_on(conn, today)?;
    let mut deals = HashMap::new();
    for entry in &read.entries {
        let parent = filing::parent(conn, &entry.form)?;
        let filing = Filing {
            profile: &profile,
            filed_on: today,
            today,
            applicant: &applicant,
            parent,
            attached: &[AttachmentKind::MainText],
        };
        let mut errors = check_filing(&entry.form, &filing);
        filing::printable(&entry.form, &mut errors)?;
        problems.extend(errors.list().iter().map(|error| entry.problem(error)));
        problems.extend(twice(&mut deals, entry));
        if problems.len() > PROBLEMS_MAX {
            break;
        }
    }
    let more = problems.len() > PROBLEMS_MAX;
    problems.truncate(PROBLEMS_MAX);
    Ok(Examined { forms: read.entries.into_iter().map(|entry| entry.form).collect(), problems, more })
}

/// The same parties, title, date and amount as a line before: only one of the two could be filed.
fn twice(deals: &mut HashMap<String, String>, entry: &Entry) -> Option<Problem> {
    let key = duplicates::deal_key(&entry.form)?;
    if let Some(first) = deals.get(&key) {
        return Some(entry.own_problem(&IMPORT_DEAL_TWICE, vec![("first", first.clone())]));
    }
    deals.insert(key, entry.cell().to_owned());
    None
}

/// Opens an import; the same bytes are imported once.
pub fn begin_import(
    tx: &mut Tx,
    actor: &Actor,
    file: &StoredFile,
    entries: usize,
) -> Result<ImportId, Refusal> {
    actor.permit(Permission::ContractWrite)?;
    let person = actor.person()?;
    if let Some(first) = store::finished_import(tx, person.organisation, &file.sha256)? {
        return Err(Refusal::new(&IMPORT_ALREADY_DONE).with("first", first.id));
    }
    let import = Import {
        id: tx.new_id(),
        organisation: person.organisation,
        created_by: person.user,
        file: file.id,
        sha256: file.sha256.clone(),
        entries: i32::try_from(entries).map_err(Refusal::internal)?,
        created_at: tx.now(),
        finished_at: None,
    };
    store::add_import(tx, &import)?;
    Ok(import.id)
}

/// Writes drafts that nobody sees yet, from the first on, until the time of a slice is spent; says how many.
pub fn import_slice(tx: &mut Tx, actor: &Actor, import: ImportId, forms: &[Form]) -> Result<usize, Refusal> {
    open(tx, actor, import)?;
    let person = actor.person()?.clone();
    let now = tx.now();
    let mut done = 0;
    for form in forms.iter().take(SLICE_ENTRIES) {
        if done > 0 && tx.is_spent() {
            break;
        }
        done += 1;
        let record = Record {
            id: tx.new_id(),
            version: 1,
            applicant: person.organisation,
            created_by: person.user,
            state: State::Draft,
            seller: filing::party(tx, form.seller.party())?,
            buyer: filing::party(tx, form.buyer.party())?,
            technical: amounts::technical(Fen(form.total_fen), &form.deductions).unwrap_or_default(),
            engagement: None,
            form: form.clone(),
            handler: None,
            created_at: now,
            updated_at: now,
        };
        store::insert(tx, &record)?;
        store::add_item(tx, import, record.id)?;
        let step = Step {
            position: 0,
            at: now,
            kind: StepKind::Created,
            version: 1,
            user: Some(person.user),
            actor_name: person.name.clone(),
            organisation: Some(person.organisation),
            organisation_name: person.organisation_name.clone(),
            opinion: String::new(),
            detail: json!({"import": import}),
        };
        store::add_step(tx, record.id, step)?;
    }
    Ok(done)
}

/// The last command: shows all drafts at once, if they are all there.
pub fn finish_import(tx: &mut Tx, actor: &Actor, id: ImportId) -> Result<Import, Refusal> {
    let import = open(tx, actor, id)?;
    if store::count_items(tx, id)? != i64::from(import.entries) {
        return Err(Refusal::new(&IMPORT_CHANGED));
    }
    if store::finished_import(tx, import.organisation, &import.sha256)?.is_some() {
        return Err(Refusal::new(&IMPORT_CHANGED));
    }
    let now = tx.now();
    store::finish_import(tx, id, now)?;
    let subject = tx.urn("contract_import", id);
    let facts = json!({"import": id, "organisation": import.organisation, "entries": import.entries});
    tx.record(actor, NewChange::local("contract.imported", subject, 1, facts));
    Ok(Import { finished_at: Some(now), ..import })
}

/// An import of the actor's own organisation that is still under way.
fn open(conn: &mut Conn, actor: &Actor, id: ImportId) -> Result<Import, Refusal> {
    let organisation = actor.person()?.organisation;
    let found = store::import(conn, id)?.filter(|it| it.organisation == organisation);
    let import = found.filter(|it| it.finished_at.is_none());
    import.ok_or_else(|| Refusal::new(&IMPORT_CHANGED))
}

/// A finished import of the actor's own organisation.
pub fn import(conn: &mut Conn, actor: &Actor, id: ImportId) -> Result<Import, Refusal> {
    actor.permit(Permission::ContractWrite)?;
    let organisation = actor.person()?.organisation;
    let found = store::import(conn, id)?;
    let found = found.filter(|it| it.organisation == organisation && it.finished_at.is_some());
    found.ok_or_else(|| Refusal::new(&NOT_FOUND))
}

/// One slice of removing what an abandoned import left; whether there is more.
pub fn sweep_imports(tx: &mut Tx) -> Result<bool, Refusal> {
    let before: UtcTime = tx.now().plus_seconds(-ABANDONED_AFTER_SECONDS);
    let Some(import) = store::abandoned_import(tx, before)? else { return Ok(false) };
    store::sweep_import(tx, import, SWEEP_DRAFTS)?;
    Ok(true)
}
