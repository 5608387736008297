//! What the commit path asks of iceberg's `Storage`, see [`crate::ports`].

use bytes::Bytes;
use iceberg::io::FileIO;

/// Runs the contract of a storage in an empty place; `location` is its location, without a slash at the end.
pub async fn storage_contract(io: &FileIO, location: &str) {
    what_is_written_is_read_in_ranges(io, &format!("{location}/새 디렉터리/a b%20c+d")).await;
    long_files_are_whole(io, &format!("{location}/long")).await;
    a_file_that_is_not_closed_is_not_there(io, &format!("{location}/dropped")).await;
    writing_again_takes_the_place_of_the_old_file(io, &format!("{location}/again")).await;
    files_are_deleted(io, location).await;
    errors_name_the_file_and_the_reason(io, location).await;
}

async fn what_is_written_is_read_in_ranges(io: &FileIO, location: &str) {
    let mut writer = io.new_output(location).unwrap().writer().await.unwrap();
    for part in ["0123", "456", "789"] {
        writer.write(Bytes::from(part)).await.unwrap();
    }
    assert!(!io.exists(location).await.unwrap(), "half a file is no file");
    writer.close().await.unwrap();
    let input = io.new_input(location).unwrap();
    assert_eq!(input.metadata().await.unwrap().size, 10);
    let reader = input.reader().await.unwrap();
    assert_eq!(reader.read(3..7).await.unwrap(), "3456");
    assert_eq!(reader.read(4..4).await.unwrap(), "");
    assert_eq!(input.read().await.unwrap(), "0123456789");
    io.delete(location).await.unwrap();
    io.delete(location).await.expect("deleting what is gone is no error");
    assert!(!io.exists(location).await.unwrap());
}

async fn long_files_are_whole(io: &FileIO, location: &str) {
    // 27 MiB in pieces that are no part's size.
    let piece: Bytes = (0..3 * 1024 * 1024 + 1_u32).map(|n| (n % 249) as u8).collect();
    let mut writer = io.new_output(location).unwrap().writer().await.unwrap();
    for _ in 0..9 {
        writer.write(piece.clone()).await.unwrap();
    }
    assert!(!io.exists(location).await.unwrap(), "most of a file is no file");
    writer.close().await.unwrap();
    assert!(io.new_input(location).unwrap().read().await.unwrap() == piece.repeat(9), "what is read was written");
}

async fn a_file_that_is_not_closed_is_not_there(io: &FileIO, location: &str) {
    let mut writer = io.new_output(location).unwrap().writer().await.unwrap();
    for _ in 0..3 {
        writer.write(Bytes::from(vec![7; 5 * 1024 * 1024])).await.unwrap();
    }
    drop(writer);
    assert!(!io.exists(location).await.unwrap());
}

async fn writing_again_takes_the_place_of_the_old_file(io: &FileIO, location: &str) {
    for text in ["a longer text", "short", ""] {
        io.new_output(location).unwrap().write(Bytes::from(text)).await.unwrap();
        assert_eq!(io.new_input(location).unwrap().read().await.unwrap(), text);
    }
}

async fn files_are_deleted(io: &FileIO, location: &str) {
    let names = ["tree/a", "tree/b/c", "tree2/d"].map(|name| format!("{location}/{name}"));
    for name in &names {
        io.new_output(name).unwrap().write(Bytes::from("x")).await.unwrap();
    }
    io.delete_prefix(format!("{location}/tree")).await.unwrap();
    io.delete_prefix(format!("{location}/none")).await.expect("deleting what is not there is no error");
    assert!(!io.exists(&names[0]).await.unwrap() && !io.exists(&names[1]).await.unwrap());
    assert!(io.exists(&names[2]).await.unwrap(), "a name that only begins alike stays");
    io.delete_stream(futures::stream::iter(names.to_vec())).await.unwrap();
    assert!(!io.exists(&names[2]).await.unwrap());
}

async fn errors_name_the_file_and_the_reason(io: &FileIO, location: &str) {
    let missing = format!("{location}/none");
    let error = io.new_input(&missing).unwrap().read().await.unwrap_err();
    assert_eq!(error.message(), format!("cannot read {missing}: it does not exist"));
    assert!(!error.retryable());
    let short = format!("{location}/short");
    io.new_output(&short).unwrap().write(Bytes::from("abc")).await.unwrap();
    for range in [1..9, 7..9] {
        let error = io.new_input(&short).unwrap().reader().await.unwrap().read(range).await.unwrap_err();
        assert_eq!(error.message(), format!("cannot read {short}: it is shorter than it should be"));
    }
    assert!(io.new_input("gopher://bucket/key").unwrap().read().await.is_err());
}
