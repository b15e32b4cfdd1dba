// Prints what Kubernetes itself makes of the objects on stdin: their protobuf bytes and the cells
// of its own table printers. The answers are kept beside this file in answers.json, one a line.
//
// Run in this folder, after changing objects.json:
//
//	cp ../../../../../tests/control-plane/modules/kubernetes/go.* .
//	go run . <objects.json >answers.json && rm go.mod go.sum
//
// Text of the form "@-90" in an object stands for the time 90 seconds before the run, "@-90.0" for
// the same in microseconds.
package main

import (
	"bufio"
	"bytes"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"os"
	"regexp"
	"strconv"
	"time"

	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/kubernetes/pkg/api/legacyscheme"
	_ "k8s.io/kubernetes/pkg/apis/apps/install"
	_ "k8s.io/kubernetes/pkg/apis/autoscaling/install"
	_ "k8s.io/kubernetes/pkg/apis/core/install"
	"k8s.io/kubernetes/pkg/printers"
	printersinternal "k8s.io/kubernetes/pkg/printers/internalversion"
)

type answer struct {
	NowMs  int64           `json:"nowMs"`
	Object json.RawMessage `json:"object"`
	Proto  string          `json:"proto"`
	Cells  []any           `json:"cells"`
}

func must(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func main() {
	generator := printers.NewTableGenerator().With(printersinternal.AddHandlers)
	codecs := legacyscheme.Codecs
	now := time.Now().Truncate(time.Second).Add(time.Second)
	time.Sleep(time.Until(now))
	relative := regexp.MustCompile(`"@(-?[0-9]+)(\.0)?"`)
	out := json.NewEncoder(os.Stdout)
	out.SetEscapeHTML(false)
	in := bufio.NewScanner(os.Stdin)
	in.Buffer(nil, 1<<20)
	for in.Scan() {
		text := relative.ReplaceAllFunc(in.Bytes(), func(match []byte) []byte {
			number, micro := bytes.CutSuffix(match[2:len(match)-1], []byte(".0"))
			seconds, err := strconv.Atoi(string(number))
			must(err)
			layout := `"2006-01-02T15:04:05Z"`
			if micro {
				layout = `"2006-01-02T15:04:05.000000Z"`
			}
			return []byte(now.Add(time.Duration(seconds) * time.Second).UTC().Format(layout))
		})
		// As stored and served: decoded with defaults, converted, encoded anew.
		internal, kind, err := codecs.UniversalDecoder().Decode(text, nil, nil)
		must(err)
		external, err := legacyscheme.Scheme.ConvertToVersion(internal, schema.GroupVersion{Group: kind.Group, Version: kind.Version})
		must(err)
		object, err := json.Marshal(external)
		must(err)
		proto, err := external.(interface{ Marshal() ([]byte, error) }).Marshal()
		must(err)
		table, err := generator.GenerateTable(internal, printers.GenerateOptions{Wide: true})
		must(err)
		must(out.Encode(answer{now.UnixMilli(), object, hex.EncodeToString(proto), table.Rows[0].Cells}))
	}
	must(in.Err())
	if time.Since(now) > time.Second {
		must(fmt.Errorf("took longer than a second: ages may be off, run again"))
	}
}
