//! Facts in columns: a day of a busy workload is read in a fraction of what its JSON takes.
//!
//! A text stands once in a run. What most facts are made of are columns of numbers: times by what they are later than the one before,
//! places of texts, quantities; the rest is JSON among the texts. So a field that is new in a fact is kept without a change here, or
//! does not compile.

mod amounts;
mod bytes;
mod samples;
mod states;
mod texts;
mod times;

use model::fact::{Fact, What};
use scaling::hpa::situation::ContainerUsage;
use serde::Serialize;
use serde::de::DeserializeOwned;

use amounts::{AmountsIn, AmountsOut};
use bytes::{In, Out};
use samples::Shapes;
use states::Patterns;
use texts::{TextsIn, TextsOut};
use times::{TimesIn, TimesOut};

/// How a fact is told. The order is that of the file: new ones come last.
#[derive(Clone, Copy)]
enum Form {
    /// All of it is JSON: its time is beyond 64 bits of ns.
    Fact,
    /// What was seen is JSON.
    Json,
    Usage,
    PodsMetric,
    Hpa,
    Pod,
    PodGone,
}

const FORMS: [Form; 7] = [
    Form::Fact,
    Form::Json,
    Form::Usage,
    Form::PodsMetric,
    Form::Hpa,
    Form::Pod,
    Form::PodGone,
];
/// Set in a form's byte: the source told a time.
const SOURCE: u8 = 0x80;

/// Facts on their way into bytes.
#[derive(Default)]
struct Writer {
    forms: Vec<u8>,
    received: TimesOut,
    times: TimesOut,
    samples: TimesOut,
    numbers: Out,
    layouts: Out,
    amounts: AmountsOut,
    texts: TextsOut,
    shapes: Shapes,
    /// The last `resourceVersion`.
    version: i64,
}

/// These facts, with what is told beside them.
pub(crate) fn pack<'a>(beside: &[u8], facts: impl Iterator<Item = &'a Fact>) -> Vec<u8> {
    let mut writer = Writer::default();
    facts.for_each(|fact| writer.fact(fact));
    let mut out = Out::default();
    out.part(beside);
    out.part(&writer.forms);
    for column in [
        &writer.received.bytes,
        &writer.times.bytes,
        &writer.samples.bytes,
        &writer.numbers,
        &writer.layouts,
        &writer.amounts.units,
        &writer.amounts.values,
    ] {
        out.part(&column.0);
    }
    writer.texts.finish(&mut out);
    out.0
}

impl Writer {
    fn fact(&mut self, fact: &Fact) {
        let received = times::ns(fact.received);
        let source = fact.source.map(times::ns);
        let (Some(received), false) = (received, source == Some(None)) else {
            self.forms.push(Form::Fact as u8);
            let place = self.json(fact);
            return self.numbers.count(place);
        };
        let form = self.what(&fact.what);
        let source = source.flatten();
        self.forms
            .push(form as u8 | if source.is_some() { SOURCE } else { 0 });
        self.received.put(received);
        if let Some(source) = source {
            self.times.put(source);
        }
    }

    fn what(&mut self, what: &What) -> Form {
        match what {
            What::Usage(answer) if self.usage(answer) => return Form::Usage,
            What::PodsMetric(answer) if self.pods_metric(answer) => return Form::PodsMetric,
            What::Hpa(Some(hpa)) if self.hpa(hpa) => return Form::Hpa,
            What::Pod(pod) if self.pod(pod) => return Form::Pod,
            What::PodGone(name) => {
                let place = self.texts.place(name);
                self.numbers.count(place);
                return Form::PodGone;
            }
            What::Watched(_)
            | What::Unwatched(_)
            | What::Hpa(_)
            | What::ScaledObject(_)
            | What::ScaledJob(_)
            | What::Target(_)
            | What::Pod(_)
            | What::Job(_)
            | What::JobGone(_)
            | What::Usage(_)
            | What::PodsMetric(_)
            | What::ObjectMetric(_)
            | What::ExternalMetric(_)
            | What::Event(_) => {}
        }
        let place = self.json(what);
        self.numbers.count(place);
        Form::Json
    }

    /// The place of something's JSON.
    fn json(&mut self, value: &impl Serialize) -> usize {
        let json = serde_json::to_string(value).expect("facts have no key that is no text");
        self.texts.place(&json)
    }
}

/// Facts on their way out of bytes.
struct Reader<'a> {
    received: TimesIn<'a>,
    times: TimesIn<'a>,
    samples: TimesIn<'a>,
    numbers: In<'a>,
    layouts: In<'a>,
    amounts: AmountsIn<'a>,
    texts: TextsIn<'a>,
    shapes: Vec<Vec<ContainerUsage>>,
    patterns: Patterns,
    version: i64,
    /// No more of anything is among these bytes.
    room: usize,
}

/// What is told beside facts, and those facts; `None`: these are no such bytes.
pub(crate) fn unpack(bytes: &[u8]) -> Option<(&[u8], Vec<Fact>)> {
    let room = bytes.len();
    let mut bytes = In(bytes);
    let beside = bytes.part()?;
    let forms = bytes.part()?;
    let mut reader = Reader {
        received: TimesIn::new(bytes.part()?),
        times: TimesIn::new(bytes.part()?),
        samples: TimesIn::new(bytes.part()?),
        numbers: In(bytes.part()?),
        layouts: In(bytes.part()?),
        amounts: AmountsIn::new(bytes.part()?, bytes.part()?),
        texts: TextsIn::read(&mut bytes)?,
        shapes: Vec::new(),
        patterns: Patterns::default(),
        version: 0,
        room,
    };
    let facts = forms.iter().map(|form| reader.fact(*form));
    Some((beside, facts.collect::<Option<_>>()?))
}

impl Reader<'_> {
    fn fact(&mut self, told: u8) -> Option<Fact> {
        let form = *FORMS.get(usize::from(told & !SOURCE))?;
        let what = match form {
            Form::Fact => {
                let place = self.numbers.count()?;
                return self.parsed(place);
            }
            Form::Json => {
                let place = self.numbers.count()?;
                self.parsed(place)?
            }
            Form::Usage => self.usage()?,
            Form::PodsMetric => self.pods_metric()?,
            Form::Hpa => self.hpa()?,
            Form::Pod => self.pod()?,
            Form::PodGone => {
                let place = self.numbers.count()?;
                What::PodGone(self.texts.text(place)?.to_owned())
            }
        };
        let received = self.received.take()?;
        let source = if told & SOURCE == 0 {
            None
        } else {
            Some(self.times.take()?)
        };
        Some(Fact {
            received,
            source,
            what,
        })
    }

    /// What the JSON at a place says.
    fn parsed<T: DeserializeOwned>(&self, place: usize) -> Option<T> {
        serde_json::from_str(self.texts.text(place)?).ok()
    }
}
