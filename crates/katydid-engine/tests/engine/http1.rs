//! HTTP/1.1 on real sockets: what the decoder's own tests cannot see.

use std::io::{Read as _, Write as _};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::sync::mpsc;
use std::time::Duration;

use katydid_core::FailureKind;
use katydid_engine::{Control, RunSettings, Shared, Task, UserClass, constant};
use katydid_testkit::TestServer;
use serde_json::Value;

use crate::common::{done, go_controlled, only_failure, row, script, script_with, settings};
use crate::failures::raw_server;

/// A server of one's own making for each connection in turn; its address. It ends with the test's
/// process.
fn server(serve: impl Fn(TcpStream, usize) + Send + 'static) -> String {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    let address = listener.local_addr().unwrap();
    std::thread::spawn(move || {
        for (number, stream) in listener.incoming().flatten().enumerate() {
            serve(stream, number);
        }
    });
    format!("http://{address}")
}

/// Reads the head of a request, and nothing of its body.
fn read_head(stream: &mut TcpStream) -> String {
    let mut head = Vec::new();
    let mut byte = [0];
    while !head.ends_with(b"\r\n\r\n") && stream.read(&mut byte).unwrap_or(0) == 1 {
        head.push(byte[0]);
    }
    String::from_utf8(head).unwrap()
}

fn at(host: String) -> RunSettings {
    RunSettings { host: Some(host), ..settings(&TestServer::spawn()) }
}

#[test]
fn what_follows_an_answer_unasked_ends_the_connection_not_the_request() {
    let host = raw_server(b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nhiHTTP/1.1 200 OK\r\n\r\n");
    let snapshot = script_with(&at(host), Shared::default(), |(), s| {
        Box::pin(async move {
            for _ in 0..3 {
                assert_eq!(s.get("/").send().await?.text(), "hi");
            }
            done()
        })
    });
    assert_eq!((snapshot.failed(), row(&snapshot, "/").connections()), (0, 3));
}

#[test]
fn an_answer_before_the_body_was_read_is_the_answer() {
    let host = server(|mut stream, _| {
        read_head(&mut stream);
        let answer = b"HTTP/1.1 413 Too Large\r\ncontent-length: 3\r\n\r\nno!";
        stream.write_all(answer).unwrap();
        // Closing with unread bytes resets the connection under the client's writes.
    });
    let snapshot = script_with(&at(host), Shared::default(), |(), s| {
        Box::pin(async move {
            let body = vec![b'x'; 16 << 20];
            let answer = s.post("/").body(body, "text/plain").send().await?.expect_status(413)?;
            assert_eq!(answer.text(), "no!");
            done()
        })
    });
    assert_eq!(snapshot.failed(), 0);
}

#[test]
fn an_echo_of_a_large_body_is_taken_while_it_is_sent() {
    const SIZE: usize = 12 << 20;
    // Sends back what it has read before it reads more: who only wrote would wait for ever.
    let host = server(|mut stream, _| {
        read_head(&mut stream);
        let head = format!("HTTP/1.1 200 OK\r\ncontent-length: {SIZE}\r\n\r\n");
        stream.write_all(head.as_bytes()).unwrap();
        let (mut buffer, mut echoed) = (vec![0; 64 << 10], 0);
        while echoed < SIZE {
            let count = stream.read(&mut buffer).unwrap();
            stream.write_all(&buffer[..count]).unwrap();
            echoed += count;
        }
    });
    let snapshot = script_with(&at(host), Shared::default(), |(), s| {
        Box::pin(async move {
            let body: Vec<u8> = (0..SIZE).map(|at| (at % 251) as u8).collect();
            let request = s.post("/").body(body.clone(), "application/octet-stream");
            assert!(request.send().await?.bytes() == body);
            done()
        })
    });
    let bytes = row(&snapshot, "/").bytes();
    assert_eq!((snapshot.failed(), bytes.body), (0, SIZE as u64));
    assert!(bytes.sent > SIZE as u64 && bytes.received > SIZE as u64, "{bytes:?}");
}

#[test]
fn a_connection_closed_while_its_user_waits_is_let_go_at_once() {
    let (tell, told) = mpsc::channel();
    let host = server(move |mut stream, _| {
        read_head(&mut stream);
        stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n").unwrap();
        stream.shutdown(std::net::Shutdown::Write).unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
        // The end of the client's side: not before its next request if it did not look.
        tell.send(stream.read(&mut [0]).ok()).unwrap();
    });
    let class = UserClass::<()>::with_default("Waiting").wait(constant(3_600.0)).task(Task::new(
        "get",
        |(), s| {
            Box::pin(async move {
                s.get("/").send().await?;
                Ok(())
            })
        },
    ));
    let control = Control::new();
    let ran = std::thread::scope(|scope| {
        let run =
            scope.spawn(|| go_controlled(&[class.into()], Shared::default(), &at(host), &control));
        assert_eq!(told.recv(), Ok(Some(0)), "within the 20 s of the server's patience");
        control.stop();
        run.join().unwrap()
    });
    assert_eq!((ran.snapshot.requests(), ran.snapshot.failed()), (1, 0));
}

#[test]
fn http_1_0_and_connection_close_are_obeyed() {
    for head in ["HTTP/1.0 200 OK\r\n", "HTTP/1.1 200 OK\r\nconnection: close\r\n"] {
        let answer = format!("{head}content-length: 2\r\n\r\nhi");
        // The server would go on; it is the client that must not.
        let host = server(move |mut stream, _| {
            while !read_head(&mut stream).is_empty() {
                stream.write_all(answer.as_bytes()).unwrap();
            }
        });
        let snapshot = script_with(&at(host), Shared::default(), |(), s| {
            Box::pin(async move {
                for _ in 0..2 {
                    assert_eq!(s.get("/").send().await?.text(), "hi");
                }
                done()
            })
        });
        assert_eq!(row(&snapshot, "/").connections(), 2, "{head:?}");
    }
}

#[test]
fn an_answer_without_a_length_ends_with_the_connection() {
    let host = raw_server(b"HTTP/1.1 200 OK\r\n\r\nuntil the end");
    let snapshot = script_with(&at(host), Shared::default(), |(), s| {
        Box::pin(async move {
            assert_eq!(s.get("/").send().await?.text(), "until the end");
            done()
        })
    });
    assert_eq!(snapshot.failed(), 0);
}

#[test]
fn a_body_goes_in_chunks_when_the_suite_says_so() {
    let server = TestServer::spawn();
    script(&server, |(), s| {
        Box::pin(async move {
            for size in [0, 5, 100_000] {
                let request = s.post("/echo").header("transfer-encoding", "chunked");
                let answer = request.body(vec![b'x'; size], "text/plain").send().await?;
                let echo: Value = answer.json()?;
                assert_eq!(echo["length"], size);
                let names = echo["headers"].as_array().unwrap().iter().map(|pair| &pair[0]);
                assert!(!names.clone().any(|name| name == "content-length"), "{size}");
                drop(answer);
                assert_eq!(s.get("/ok").send().await?.status(), 200);
            }
            done()
        })
    });
    assert_eq!(server.requests_per_connection(), [6], "each body ended where it should");
}

#[test]
fn a_content_length_that_is_not_the_bodys_is_a_mistake_of_the_suite() {
    let server = TestServer::spawn();
    let snapshot = script(&server, |(), s| {
        Box::pin(async move {
            let right = s.post("/echo").header("content-length", "2").body("hi", "text/plain");
            assert_eq!(right.send().await?.status(), 200);
            let wrong = s.post("/wrong").header("content-length", "3").body("hi", "text/plain");
            assert_eq!(wrong.send().await.unwrap_err().kind(), FailureKind::Request);
            assert_eq!(s.get("/ok").send().await?.status(), 200);
            done()
        })
    });
    let text = only_failure(&snapshot).text;
    assert!(text.contains("content-length") && text.contains("leave the header out"), "{text}");
    assert_eq!(server.total_requests(), 2);
}
