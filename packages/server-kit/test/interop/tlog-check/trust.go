package main

import (
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

// Whose signature makes a checkpoint good.
type trust struct {
	Origin string
	// Ed25519 public keys as in the `x` of a JWK.
	Keys []string
}

// Opens a checkpoint as a note that one of the keys must have signed.
func (t trust) open(text string) (tlog.Tree, error) {
	var tree tlog.Tree
	var verifiers []note.Verifier
	for _, x := range t.Keys {
		key, err := base64.RawURLEncoding.DecodeString(x)
		if err != nil {
			return tree, err
		}
		vkey, err := note.NewEd25519VerifierKey(t.Origin, key)
		if err != nil {
			return tree, err
		}
		verifier, err := note.NewVerifier(vkey)
		if err != nil {
			return tree, err
		}
		verifiers = append(verifiers, verifier)
	}
	opened, err := note.Open([]byte(text), note.VerifierList(verifiers...))
	if err != nil {
		return tree, err
	}
	return parseTree(opened.Text, t.Origin)
}

// tlog.ParseTree knows Go's own log only, whose first line is another one.
func parseTree(text string, origin string) (tree tlog.Tree, err error) {
	lines := strings.Split(text, "\n")
	if len(lines) < 4 || lines[0] != origin {
		return tree, fmt.Errorf("no checkpoint of %s", origin)
	}
	tree.N, err = strconv.ParseInt(lines[1], 10, 64)
	if err != nil {
		return tree, err
	}
	tree.Hash, err = tlog.ParseHash(lines[2])
	return tree, err
}

// The hashes that tlog keeps of a log with these records.
func store(records []string) (tlog.HashReader, error) {
	var stored []tlog.Hash
	reader := tlog.HashReaderFunc(func(indexes []int64) ([]tlog.Hash, error) {
		hashes := make([]tlog.Hash, len(indexes))
		for i, index := range indexes {
			hashes[i] = stored[index]
		}
		return hashes, nil
	})
	for n, record := range records {
		hashes, err := tlog.StoredHashes(int64(n), []byte(record), reader)
		if err != nil {
			return nil, err
		}
		stored = append(stored, hashes...)
	}
	return reader, nil
}

func parseHashes(texts []string) ([]tlog.Hash, error) {
	hashes := make([]tlog.Hash, len(texts))
	for i, text := range texts {
		if len(text) != 2*tlog.HashSize {
			return nil, fmt.Errorf("a hash of %d digits", len(text))
		}
		if _, err := hex.Decode(hashes[i][:], []byte(text)); err != nil {
			return nil, err
		}
	}
	return hashes, nil
}

func texts(hashes []tlog.Hash) []string {
	texts := make([]string, len(hashes))
	for i, hash := range hashes {
		texts[i] = hex.EncodeToString(hash[:])
	}
	return texts
}
