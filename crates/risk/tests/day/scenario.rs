//! The day's script: what goes wrong when, and what the feed must make of it.

/// A chapter is looked at from so long before its faults begin.
const LEAD_S: i64 = 30;

/// Sources of the feed, as the script names them.
pub const NAMES: [char; 3] = ['P', 'S', 'C'];

/// What a source does instead of publishing the truth.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// Publishes nothing.
    Silent,
    /// Publishes once in so many seconds.
    Slow(i64),
    /// Its last publication is written again and again.
    Frozen,
    /// Every other second its account holds an older publication.
    Reordered,
    /// Publishes the price moved by so many basis points.
    Lie(i64),
    /// Claims a half width of so many basis points.
    Wide(u64),
    /// Publishes times so many seconds ahead.
    Ahead(i64),
    /// Its account is empty.
    Closed,
    /// Its account holds another feed.
    Swapped,
}

/// One line of the script.
#[derive(Clone, Debug, Default)]
pub struct Chapter {
    pub name: String,
    pub from_s: i64,
    pub to_s: i64,
    pub faults: [Option<Fault>; 3],
    /// The market falls or rises by so many basis points over the chapter's first twenty seconds.
    pub market_bps: i64,
    /// The cluster stands still for so long.
    pub halt_s: i64,
    /// Severities from the chapter's start to the next one's; `*` stands for any number of any.
    pub severities: Vec<String>,
    /// By source: why it is not used; all that is ever seen of one without a fault, some of it of one with a fault. `*`: anything.
    pub refusals: [Vec<String>; 3],
}

impl Chapter {
    /// Whether the chapter is the one to look at, if no later one is.
    pub const fn begun(&self, at_s: i64) -> bool {
        at_s >= self.from_s - LEAD_S
    }
}

/// Reads a script. A line that cannot be understood is a fault of the script.
pub fn read(text: &str) -> Vec<Chapter> {
    let chapters: Vec<Chapter> = text.lines().skip(1).map(chapter).collect();
    let in_order =
        chapters.windows(2).all(|pair| pair[0].from_s <= pair[0].to_s && pair[0].to_s + LEAD_S <= pair[1].from_s);
    assert!(in_order, "chapters overlap");
    chapters
}

fn chapter(line: &str) -> Chapter {
    let fields: Vec<&str> = line.split(',').collect();
    let [name, from_s, to_s, faults, severities, refusals] = fields[..] else { panic!("six fields: {line}") };
    let mut chapter = Chapter {
        name: name.to_owned(),
        from_s: number(from_s),
        to_s: number(to_s),
        severities: severities.split('>').map(str::to_owned).collect(),
        ..Chapter::default()
    };
    for word in faults.split_whitespace() {
        if let Some(bps) = word.strip_prefix("market=") {
            chapter.market_bps = number(bps);
        } else if let Some(seconds) = word.strip_prefix("cluster=") {
            chapter.halt_s = number(seconds);
        } else {
            let (source, fault) = named(word);
            chapter.faults[source] = Some(self::fault(fault));
        }
    }
    for word in refusals.split_whitespace() {
        let (source, refusal) = named(word);
        chapter.refusals[source].push(refusal.to_owned());
    }
    chapter
}

fn named(word: &str) -> (usize, &str) {
    let (name, rest) = word.split_once(':').unwrap_or_else(|| panic!("no source in {word}"));
    let source = NAMES.iter().position(|known| name == known.to_string());
    (source.unwrap_or_else(|| panic!("no source {name}")), rest)
}

fn fault(word: &str) -> Fault {
    let (kind, amount) = word.split_once('=').unwrap_or((word, ""));
    match kind {
        "silent" => Fault::Silent,
        "slow" => Fault::Slow(number(amount)),
        "frozen" => Fault::Frozen,
        "reordered" => Fault::Reordered,
        "lie" => Fault::Lie(number(amount)),
        "wide" => Fault::Wide(number(amount)),
        "ahead" => Fault::Ahead(number(amount)),
        "closed" => Fault::Closed,
        "swapped" => Fault::Swapped,
        _ => panic!("no fault {word}"),
    }
}

fn number<T: core::str::FromStr>(text: &str) -> T {
    text.parse().unwrap_or_else(|_| panic!("not a number: {text}"))
}
