using System.CommandLine;
using BulkMover.Databases.ClickHouse.Embedded;
using BulkMover.Throughput.Plans;
using BulkMover.Throughput.Scenarios;

// The servers that are measured are this program again, and so is each process that plans.
if (args is [EmbeddedHost.Command, ..]) return EmbeddedHost.Run(args.AsSpan(1));
if (args is [PlanProcess.Command, ..]) return await PlanProcess.RunAsync(args.AsMemory(1));

var bulkmover = new Option<FileInfo>("--bulkmover") { Description = "The built command", Required = true };
bulkmover.AcceptExistingOnly();
var dataset = new Option<FileInfo>("--dataset") { Description = "The Parquet file", Required = true };
dataset.AcceptExistingOnly();
var results = new Option<DirectoryInfo>("--results") { Description = "Where the results pages are", Required = true };
results.AcceptExistingOnly();
var rounds = new Option<int>("--rounds") { Description = "Runs of each series", DefaultValueFactory = _ => 5 };
rounds.Validators.Add(result => { if (result.GetValueOrDefault<int>() < 1) result.AddError("--rounds must be 1 or more."); });

var scenario = new Command(ParquetToClickHouse.Name, "A Parquet file into ClickHouse, against the server pulling it itself")
{
    bulkmover, dataset, results, rounds,
};
scenario.SetAction(async (parsed, cancellationToken) =>
{
    var run = new ParquetToClickHouse(
        parsed.GetRequiredValue(bulkmover).FullName, parsed.GetRequiredValue(dataset).FullName, parsed.GetRequiredValue(rounds));
    string section = await run.RunAsync(cancellationToken);
    await File.AppendAllTextAsync(
        Path.Combine(parsed.GetRequiredValue(results).FullName, $"{ParquetToClickHouse.Name}.md"), section, cancellationToken);
    Console.WriteLine(section);
    return 0;
});

var tables = new Option<DirectoryInfo>("--tables") { Description = "The directory with the tables of `datasets/make.sh many-files`", Required = true };
tables.AcceptExistingOnly();
var planning = new Command(Planning.Name, "Plans of tables of very many files, each in a process of its own") { tables, results, rounds };
planning.SetAction(async (parsed, cancellationToken) =>
{
    var run = new Planning(parsed.GetRequiredValue(tables).FullName, parsed.GetRequiredValue(rounds));
    string section = await run.RunAsync(cancellationToken);
    await File.AppendAllTextAsync(Path.Combine(parsed.GetRequiredValue(results).FullName, $"{Planning.Name}.md"), section, cancellationToken);
    Console.WriteLine(section);
    return 0;
});

var plain = new Option<FileInfo>("--plain") { Description = "The lineitem table, without page indexes", Required = true };
plain.AcceptExistingOnly();
var indexed = new Option<FileInfo>("--indexed") { Description = "The same rows with page indexes", Required = true };
indexed.AcceptExistingOnly();
var pruning = new Command(Pruning.Name, "Filtered reads of Parquet files with and without page indexes and bloom filters") { plain, indexed, results, rounds };
pruning.SetAction(async (parsed, cancellationToken) =>
{
    var run = new Pruning(parsed.GetRequiredValue(plain).FullName, parsed.GetRequiredValue(indexed).FullName, parsed.GetRequiredValue(rounds));
    string section = await run.RunAsync(cancellationToken);
    await File.AppendAllTextAsync(Path.Combine(parsed.GetRequiredValue(results).FullName, $"{Pruning.Name}.md"), section, cancellationToken);
    Console.WriteLine(section);
    return 0;
});

var directory = new Option<DirectoryInfo>("--directory") { Description = "The directory with Parquet files", Required = true };
directory.AcceptExistingOnly();
var remote = new Option<string?>("--remote") { Description = "bucket/key in S3 with the same files; endpoint and keys come from the environment" };
var adoption = new Command(Adoption.Name, "Parquet files copied as they are, against cp and rclone") { bulkmover, directory, remote, results, rounds };
adoption.SetAction(async (parsed, cancellationToken) =>
{
    var run = new Adoption(
        parsed.GetRequiredValue(bulkmover).FullName, parsed.GetRequiredValue(directory).FullName, parsed.GetValue(remote), parsed.GetRequiredValue(rounds));
    string section = await run.RunAsync(cancellationToken);
    await File.AppendAllTextAsync(Path.Combine(parsed.GetRequiredValue(results).FullName, $"{Adoption.Name}.md"), section, cancellationToken);
    Console.WriteLine(section);
    return 0;
});
// A series that is stopped from outside must say so: the default handler ends without a word.
return await new RootCommand("Measures whole copies, plans, and filtered reads.") { scenario, planning, pruning, adoption }.Parse(args).InvokeAsync(new InvocationConfiguration { EnableDefaultExceptionHandler = false });
