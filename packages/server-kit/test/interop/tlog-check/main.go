// Checks an audit log by the code that Go itself trusts its module checksums to: signed notes and
// the transparency log of golang.org/x/mod. The question is JSON on stdin, the answer JSON on
// stdout; what does not hold is said on stderr and ends the program with status 1.
//
//	tlog-check log          a checkpoint against the lines that it covers
//	tlog-check inclusion    the answer of an audit request
//	tlog-check consistency  that one checkpoint continues another
//	tlog-check tree         root and all proofs of every size of a tree
package main

import (
	"encoding/json"
	"fmt"
	"os"

	"golang.org/x/mod/sumdb/tlog"
)

func main() {
	answer, err := ask(os.Args[1])
	if err == nil {
		err = json.NewEncoder(os.Stdout).Encode(answer)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

type question interface {
	answer() (interface{}, error)
}

func ask(name string) (interface{}, error) {
	questions := map[string]question{
		"log":         &logQuestion{},
		"inclusion":   &inclusionQuestion{},
		"consistency": &consistencyQuestion{},
		"tree":        &treeQuestion{},
	}
	asked, ok := questions[name]
	if !ok {
		return nil, fmt.Errorf("no such check: %s", name)
	}
	if err := json.NewDecoder(os.Stdin).Decode(asked); err != nil {
		return nil, err
	}
	return asked.answer()
}

type logQuestion struct {
	Trust      trust
	Checkpoint string
	Lines      []string
}

func (q logQuestion) answer() (interface{}, error) {
	checkpoint, err := q.Trust.open(q.Checkpoint)
	if err != nil {
		return nil, err
	}
	if int64(len(q.Lines)) < checkpoint.N {
		return nil, fmt.Errorf("%d lines, but the checkpoint covers %d", len(q.Lines), checkpoint.N)
	}
	hashes, err := store(q.Lines[:checkpoint.N])
	if err != nil {
		return nil, err
	}
	root, err := tlog.TreeHash(checkpoint.N, hashes)
	if err != nil {
		return nil, err
	}
	if root != checkpoint.Hash {
		return nil, fmt.Errorf("the root of the lines is %v, that of the checkpoint %v", root, checkpoint.Hash)
	}
	return size{checkpoint.N}, nil
}

// How many entries the checked checkpoint covers.
type size struct {
	Size int64 `json:"size"`
}

type inclusionQuestion struct {
	Trust trust
	Proof struct {
		Line  string
		Index int64
		Proof struct {
			TreeSize int64 `json:"tree_size"`
			Hashes   []string
		}
		Checkpoint string
	}
}

func (q inclusionQuestion) answer() (interface{}, error) {
	checkpoint, err := q.Trust.open(q.Proof.Checkpoint)
	if err != nil {
		return nil, err
	}
	if q.Proof.Proof.TreeSize != checkpoint.N {
		return nil, fmt.Errorf("the proof is for %d entries, the checkpoint for %d", q.Proof.Proof.TreeSize, checkpoint.N)
	}
	hashes, err := parseHashes(q.Proof.Proof.Hashes)
	if err != nil {
		return nil, err
	}
	leaf := tlog.RecordHash([]byte(q.Proof.Line))
	err = tlog.CheckRecord(tlog.RecordProof(hashes), checkpoint.N, checkpoint.Hash, q.Proof.Index, leaf)
	if err != nil {
		return nil, err
	}
	return size{checkpoint.N}, nil
}

type consistencyQuestion struct {
	Trust    trust
	Old, New string
	Hashes   []string
}

func (q consistencyQuestion) answer() (interface{}, error) {
	old, err := q.Trust.open(q.Old)
	if err != nil {
		return nil, err
	}
	now, err := q.Trust.open(q.New)
	if err != nil {
		return nil, err
	}
	hashes, err := parseHashes(q.Hashes)
	if err != nil {
		return nil, err
	}
	err = tlog.CheckTree(tlog.TreeProof(hashes), now.N, now.Hash, old.N, old.Hash)
	if err != nil {
		return nil, err
	}
	return size{now.N}, nil
}

type treeQuestion struct {
	Leaves []string
}

// One size of a tree; in Inclusion one proof for each leaf, in Consistency one for each smaller
// size and its own.
type treeOfSize struct {
	Root        string     `json:"root"`
	Inclusion   [][]string `json:"inclusion"`
	Consistency [][]string `json:"consistency"`
}

func (q treeQuestion) answer() (interface{}, error) {
	hashes, err := store(q.Leaves)
	if err != nil {
		return nil, err
	}
	var trees []treeOfSize
	// A tree of no leaves is left out: tlog gives it 32 zeros, RFC 9162 the hash of nothing.
	for n := int64(1); n <= int64(len(q.Leaves)); n++ {
		root, err := tlog.TreeHash(n, hashes)
		if err != nil {
			return nil, err
		}
		tree := treeOfSize{Root: fmt.Sprintf("%x", root[:])}
		for i := int64(0); i < n; i++ {
			record, err := tlog.ProveRecord(n, i, hashes)
			if err != nil {
				return nil, err
			}
			growth, err := tlog.ProveTree(n, i+1, hashes)
			if err != nil {
				return nil, err
			}
			tree.Inclusion = append(tree.Inclusion, texts(record))
			tree.Consistency = append(tree.Consistency, texts(growth))
		}
		trees = append(trees, tree)
	}
	return trees, nil
}
