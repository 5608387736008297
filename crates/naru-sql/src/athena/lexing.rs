//! Where Athena would divide a text into other words than this parser does: a table could stand where none is seen here, and
//! a query would run below the level of what it reads.
//!
//! Source: Trino's grammar, `SIMPLE_COMMENT`, `BRACKETED_COMMENT`, `STRING`.

use sqlparser::tokenizer::{Token, TokenWithSpan, Whitespace};

use crate::SqlError;

/// # Errors
/// [`SqlError::Unsupported`] for a token that Athena may read otherwise.
pub(super) fn check(token: &TokenWithSpan) -> Result<(), SqlError> {
    let (construct, instead) = match &token.token {
        Token::Whitespace(Whitespace::MultiLineComment(text)) if text.contains("/*") => {
            ("a comment in a comment", "leave the inner one out: Athena ends a comment at the first */")
        }
        Token::Whitespace(Whitespace::SingleLineComment { comment, prefix })
            if prefix != "--" || comment.trim_end_matches(['\r', '\n']).contains('\r') =>
        {
            ("this form of comment", "write -- and the comment, up to the line's end")
        }
        Token::DollarQuotedString(_)
        | Token::EscapedStringLiteral(_)
        | Token::NationalStringLiteral(_)
        | Token::QuoteDelimitedStringLiteral(_)
        | Token::NationalQuoteDelimitedStringLiteral(_)
        | Token::SingleQuotedByteStringLiteral(_)
        | Token::DoubleQuotedByteStringLiteral(_)
        | Token::SingleQuotedRawStringLiteral(_)
        | Token::DoubleQuotedRawStringLiteral(_) => {
            ("this form of text in quotes", "write 'text', and a quote in it twice")
        }
        _ => return Ok(()),
    };
    Err(SqlError::unsupported(format!("{construct} (line {})", token.span.start.line), instead))
}
