// Schema writes the demo cluster's table of types (src-tauri/crates/demo/src/writes/schema/*.txt) from the Go types of the API.
//
//	go run . <folder of the table> <module cache>
//
// What a line means is told in src-tauri/crates/demo/src/writes/schema/mod.rs.
package main

import (
	"go/ast"
	"go/parser"
	"go/token"
	"log"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"sort"
	"strings"
)

const version = "v0.36.3"

// Packages by their short name, with the kinds to begin at.
var packages = []struct{ name, path, kinds string }{
	{"meta", "k8s.io/apimachinery@" + version + "/pkg/apis/meta/v1", "DeleteOptions"},
	{"core", "k8s.io/api@" + version + "/core/v1", "Namespace Node Pod Service Endpoints Event ConfigMap Secret ServiceAccount ReplicationController ResourceQuota LimitRange PersistentVolumeClaim PersistentVolume PodTemplate Binding"},
	{"apps", "k8s.io/api@" + version + "/apps/v1", "Deployment ReplicaSet StatefulSet DaemonSet ControllerRevision"},
	{"batch", "k8s.io/api@" + version + "/batch/v1", "Job CronJob"},
	{"autoscaling", "k8s.io/api@" + version + "/autoscaling/v2", "HorizontalPodAutoscaler"},
	{"scale", "k8s.io/api@" + version + "/autoscaling/v1", "Scale"},
	{"policy", "k8s.io/api@" + version + "/policy/v1", "PodDisruptionBudget Eviction"},
	{"networking", "k8s.io/api@" + version + "/networking/v1", "Ingress IngressClass NetworkPolicy"},
	{"discovery", "k8s.io/api@" + version + "/discovery/v1", "EndpointSlice"},
	{"rbac", "k8s.io/api@" + version + "/rbac/v1", "Role RoleBinding ClusterRole ClusterRoleBinding"},
	{"storage", "k8s.io/api@" + version + "/storage/v1", "StorageClass CSIDriver CSINode VolumeAttachment"},
	{"scheduling", "k8s.io/api@" + version + "/scheduling/v1", "PriorityClass"},
	{"coordination", "k8s.io/api@" + version + "/coordination/v1", "Lease"},
	{"events", "k8s.io/api@" + version + "/events/v1", "Event"},
	{"admissionregistration", "k8s.io/api@" + version + "/admissionregistration/v1", "ValidatingWebhookConfiguration MutatingWebhookConfiguration"},
	{"authorization", "k8s.io/api@" + version + "/authorization/v1", "SelfSubjectAccessReview SelfSubjectRulesReview SubjectAccessReview LocalSubjectAccessReview"},
	{"authentication", "k8s.io/api@" + version + "/authentication/v1", "SelfSubjectReview TokenReview TokenRequest"},
	{"apiextensions", "k8s.io/apiextensions-apiserver@" + version + "/pkg/apis/apiextensions/v1", "CustomResourceDefinition"},
	{"apiregistration", "k8s.io/kube-aggregator@" + version + "/pkg/apis/apiregistration/v1", "APIService"},
}

// Types that are written as something else than their Go type says.
var special = map[string]string{
	"meta.Time": "time", "meta.MicroTime": "micro", "meta.Duration": "duration", "meta.FieldsV1": "any",
	"resource.Quantity": "quantity", "intstr.IntOrString": "intorstring", "runtime.RawExtension": "any",
	"apiextensions.JSON": "any", "apiextensions.JSONSchemaPropsOrBool": "any",
	"apiextensions.JSONSchemaPropsOrArray": "any", "apiextensions.JSONSchemaPropsOrStringArray": "any",
	"authorization.ExtraValue": "[string]", "authentication.ExtraValue": "[string]",
}

type source struct {
	spec    *ast.TypeSpec
	doc     string
	imports map[string]string
}

var types = map[string]source{}

func main() {
	folder, cache := os.Args[1], os.Args[2]
	short := map[string]string{}
	for _, one := range packages {
		path := strings.ReplaceAll(one.path, "@"+version, "")
		short[path] = one.name
	}
	short["k8s.io/apimachinery/pkg/api/resource"] = "resource"
	short["k8s.io/apimachinery/pkg/util/intstr"] = "intstr"
	short["k8s.io/apimachinery/pkg/runtime"] = "runtime"
	short["k8s.io/apimachinery/pkg/types"] = "types"
	short["k8s.io/api/policy/v1"] = "policy"
	read(cache, "types", "k8s.io/apimachinery@"+version+"/pkg/types", short)
	for _, one := range packages {
		read(cache, one.name, one.path, short)
	}
	lines := map[string]string{}
	var queue []string
	for _, one := range packages {
		for _, kind := range strings.Fields(one.kinds) {
			queue = append(queue, one.name+"."+kind)
		}
	}
	for len(queue) > 0 {
		name := queue[0]
		queue = queue[1:]
		if _, done := lines[name]; done {
			continue
		}
		line, refers := structure(name)
		lines[name] = line
		queue = append(queue, refers...)
	}
	for _, one := range packages {
		var own []string
		for name, line := range lines {
			if strings.HasPrefix(name, one.name+".") {
				own = append(own, line)
			}
		}
		sort.Strings(own)
		text := strings.Join(own, "\n") + "\n"
		if err := os.WriteFile(filepath.Join(folder, one.name+".txt"), []byte(text), 0o644); err != nil {
			log.Fatal(err)
		}
	}
}

func read(cache, name, path string, short map[string]string) {
	files, _ := filepath.Glob(filepath.Join(cache, path, "*.go"))
	if len(files) == 0 {
		log.Fatal("no files in ", path)
	}
	for _, file := range files {
		if strings.HasSuffix(file, "_test.go") {
			continue
		}
		tree, err := parser.ParseFile(token.NewFileSet(), file, nil, parser.ParseComments)
		if err != nil {
			log.Fatal(err)
		}
		imports := map[string]string{"": name}
		for _, one := range tree.Imports {
			target := strings.Trim(one.Path.Value, `"`)
			alias := filepath.Base(target)
			if one.Name != nil {
				alias = one.Name.Name
			}
			imports[alias] = short[target]
		}
		for _, declaration := range tree.Decls {
			general, ok := declaration.(*ast.GenDecl)
			if !ok || general.Tok != token.TYPE {
				continue
			}
			for _, spec := range general.Specs {
				spec := spec.(*ast.TypeSpec)
				doc := comments(general.Doc) + comments(spec.Doc)
				types[name+"."+spec.Name.Name] = source{spec, doc, imports}
			}
		}
	}
}

func comments(group *ast.CommentGroup) string {
	if group == nil {
		return ""
	}
	var text strings.Builder
	for _, comment := range group.List {
		text.WriteString(comment.Text + "\n")
	}
	return text.String()
}

func markers(doc, name string) []string {
	var found []string
	for _, match := range regexp.MustCompile(`(?m)^//\s*\+`+name+`=(.*)$`).FindAllStringSubmatch(doc, -1) {
		found = append(found, strings.TrimSpace(match[1]))
	}
	return found
}

// structure is the line of a struct, and the structs it refers to.
func structure(name string) (string, []string) {
	from, ok := types[name]
	if !ok {
		log.Fatal("no type ", name)
	}
	fields, refers := members(name, from)
	line := name
	if contains(markers(from.doc, "structType"), "atomic") {
		line += "@"
	}
	return line + " " + strings.Join(fields, " "), refers
}

func members(name string, from source) (fields, refers []string) {
	body, ok := from.spec.Type.(*ast.StructType)
	if !ok {
		log.Fatal(name, " is no struct")
	}
	for _, field := range body.Fields.List {
		if field.Tag == nil {
			continue
		}
		tag := reflect.StructTag(strings.Trim(field.Tag.Value, "`"))
		parts := strings.Split(tag.Get("json"), ",")
		if parts[0] == "-" {
			continue
		}
		if parts[0] == "" {
			inner := resolve(field.Type, from.imports)
			if strings.HasSuffix(inner, ".TypeMeta") {
				fields = append(fields, "apiVersion:string", "kind:string")
				continue
			}
			more, others := members(inner, types[inner])
			fields, refers = append(fields, more...), append(refers, others...)
			continue
		}
		doc := comments(field.Doc)
		kind, pointer, other := shape(field.Type, from.imports)
		if other != "" {
			refers = append(refers, other)
		}
		text := parts[0] + ":" + kind
		omitted := contains(parts[1:], "omitempty") && (pointer || strings.ContainsAny(kind[:1], "[{") || scalar(kind)) || contains(parts[1:], "omitzero")
		switch {
		case pointer:
			text += "?"
			if !omitted {
				text += "!"
			}
		case !omitted:
			text += "!"
		}
		list := markers(doc, "listType")
		switch {
		case contains(list, "set"):
			text += "|set"
		case contains(list, "map"):
			text += "|map=" + strings.Join(markers(doc, "listMapKey"), ",")
		}
		if contains(markers(doc, "mapType"), "atomic") || contains(markers(doc, "structType"), "atomic") {
			text += "|atomic"
		}
		if contains(markers(doc, "structType"), "granular") {
			text += "|granular"
		}
		for _, value := range markers(doc, "default") {
			if strings.HasPrefix(value, `"`) && parts[0] == "protocol" {
				text += "|default=" + strings.Trim(value, `"`)
			}
		}
		if strategy := tag.Get("patchStrategy"); strategy != "" {
			for _, one := range strings.Split(strategy, ",") {
				switch one {
				case "merge":
					text += "|merge"
					if key := tag.Get("patchMergeKey"); key != "" {
						text += "=" + key
					}
				case "retainKeys":
					text += "|retain"
				case "replace":
				default:
					log.Fatal("patch strategy ", one)
				}
			}
		}
		fields = append(fields, text)
	}
	return fields, refers
}

func contains(all []string, one string) bool {
	for _, text := range all {
		if text == one {
			return true
		}
	}
	return false
}

func scalar(kind string) bool {
	switch kind {
	case "string", "bool", "int32", "int64", "float", "bytes":
		return true
	}
	return false
}

func resolve(expression ast.Expr, imports map[string]string) string {
	switch node := expression.(type) {
	case *ast.Ident:
		return imports[""] + "." + node.Name
	case *ast.SelectorExpr:
		alias := node.X.(*ast.Ident).Name
		if imports[alias] == "" {
			log.Fatal("unknown import ", alias, ".", node.Sel.Name)
		}
		return imports[alias] + "." + node.Sel.Name
	}
	log.Fatalf("no name: %T", expression)
	return ""
}

// shape is a type in the table's words, whether it is a pointer, and the struct it refers to.
func shape(expression ast.Expr, imports map[string]string) (string, bool, string) {
	switch node := expression.(type) {
	case *ast.StarExpr:
		kind, _, refers := shape(node.X, imports)
		return kind, true, refers
	case *ast.ArrayType:
		if element, ok := node.Elt.(*ast.Ident); ok && element.Name == "byte" {
			return "bytes", false, ""
		}
		kind, _, refers := shape(node.Elt, imports)
		return "[" + kind + "]", false, refers
	case *ast.MapType:
		kind, _, refers := shape(node.Value, imports)
		return "{" + kind + "}", false, refers
	case *ast.Ident:
		switch node.Name {
		case "string", "bool", "int32", "int64":
			return node.Name, false, ""
		case "float64":
			return "float", false, ""
		case "int":
			return "int64", false, ""
		case "uint16", "uint8", "uint32":
			return "int32", false, ""
		}
	}
	name := resolve(expression, imports)
	if word, ok := special[name]; ok {
		return word, false, ""
	}
	from, ok := types[name]
	if !ok {
		log.Fatal("no type ", name)
	}
	if _, ok := from.spec.Type.(*ast.StructType); ok {
		return name, false, name
	}
	return shape(from.spec.Type, from.imports)
}
