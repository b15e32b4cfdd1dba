//! SHA-256 of what is read or run, by which a change of it is noticed.

use std::io::Read;
use std::path::Path;

use ring::digest::{Context, SHA256};

use super::files::{self, Refusal};

/// Largest program whose digest is taken, in bytes.
pub(crate) const PROGRAM_LIMIT: u64 = 512 << 20;

/// In lower-case hexadecimal.
pub(crate) fn of_bytes(bytes: &[u8]) -> String {
    hexadecimal(ring::digest::digest(&SHA256, bytes).as_ref())
}

/// The same of a regular file of at most `limit` bytes, without keeping it in memory. Blocks.
pub(crate) fn of_file(path: &Path, limit: u64) -> Result<String, Refusal> {
    let mut file = files::open(path, limit)?.take(limit + 1);
    let mut context = Context::new(&SHA256);
    let mut piece = vec![0; 256 << 10];
    loop {
        match file.read(&mut piece) {
            Ok(0) => break,
            Ok(length) => context.update(&piece[..length]),
            Err(error) if error.kind() == std::io::ErrorKind::Interrupted => {}
            Err(error) => return Err(files::unreadable(&error)),
        }
    }
    if file.limit() == 0 {
        return Err(Refusal::TooLarge);
    }
    Ok(hexadecimal(context.finish().as_ref()))
}

fn hexadecimal(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    bytes
        .iter()
        .flat_map(|byte| [byte >> 4, byte & 15])
        .map(|digit| char::from(DIGITS[usize::from(digit)]))
        .collect()
}

#[cfg(test)]
#[expect(clippy::disallowed_methods, reason = "a test makes its files")]
mod tests {
    use super::*;

    #[test]
    fn of_a_file_and_of_its_bytes() {
        // FIPS 180-2, appendix B.1.
        let abc = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
        assert_eq!(of_bytes(b"abc"), abc);
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("program");
        std::fs::write(&path, "abc").unwrap();
        assert_eq!(of_file(&path, 3).unwrap(), abc);
        assert!(matches!(of_file(&path, 2), Err(Refusal::TooLarge)));
        assert!(matches!(
            of_file(folder.path(), 10),
            Err(Refusal::NotAFile("folder"))
        ));
    }
}
